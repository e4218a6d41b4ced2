# Each target is a subcommand of dev.py, which works without make too: python3 dev.py run
# More words for a command go into ARGS: make test ARGS="tests/accounts -x"
PYTHON ?= python3

.DEFAULT_GOAL := help
COMMANDS := run test test-pg test-topologies test-browser check bench lock clean

.PHONY: $(COMMANDS) help
$(COMMANDS):
	@$(PYTHON) dev.py $@ $(ARGS)

help:
	@$(PYTHON) dev.py --help
