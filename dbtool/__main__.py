"""python -m dbtool"""

from dbtool.cli import main

if __name__ == "__main__":
    main()
