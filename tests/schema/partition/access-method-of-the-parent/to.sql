-- since: 17
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE p (a int) PARTITION BY RANGE (a) USING heap2;
