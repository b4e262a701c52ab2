"""Which names are quoted: the list of keywords is the parser's own."""

from postgast import pg_query_pb2, scan

from dbtool.keywords import KEYWORDS
from dbtool.schema.names import quoted


def test_the_keywords_are_those_of_the_grammar() -> None:
    tokens = (str(name) for name in pg_query_pb2.Token.keys())  # noqa: SIM118 - an enum of protobuf, no mapping
    words = {name.removesuffix("_P").lower() for name in tokens} | KEYWORDS
    reserved = {word for word in words if any(token.keyword_kind > 1 for token in scan(word).tokens)}
    assert reserved == KEYWORDS


def test_a_keyword_is_quoted_and_others_are_not() -> None:
    assert [quoted(name) for name in ("order", "name", "Users", "a b")] == ['"order"', "name", '"Users"', '"a b"']
