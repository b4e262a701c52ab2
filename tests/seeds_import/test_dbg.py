from tests.seeds_import.test_transaction import *
from tests.seeds_import.test_transaction import test_an_answer_that_is_lost_is_asked_for as lost_
@pytest.mark.parametrize("n", range(40))
def test_a(importing, n):
    importing.sql("create table t (id int)")
    lost_(importing)
