import argparse

from utils.command_line import HelpFormatter


def test_help_tells_the_defaults_that_there_are():
    parser = argparse.ArgumentParser(formatter_class=HelpFormatter)
    parser.add_argument("--epochs", default=25, help="how often")
    parser.add_argument("--dropout", default=0.0, help="the share left out")
    parser.add_argument("--mnist", help="a file")
    parser.add_argument("--list", action="store_true", help="print the networks")
    lines = [line.strip() for line in parser.format_help().splitlines()]
    assert {"--epochs EPOCHS    how often (default: 25)", "--dropout DROPOUT  the share left out (default: 0.0)"} <= {
        *lines
    }
    assert {"--mnist MNIST      a file", "--list             print the networks"} <= {*lines}
