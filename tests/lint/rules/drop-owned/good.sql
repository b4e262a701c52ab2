REASSIGN OWNED BY leaver TO keeper;
