"""`dbtool check`: what of a project is out of step, section by section; what each says is data."""
