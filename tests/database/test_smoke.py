def test_example(example):
    done = example.run("migrate")
    assert done.returncode == 0, done.stderr
    assert "nothing to do" in example.run("migrate").stdout
