"""python -m dbtool"""

from dbtool.cli import main

main()
