# The two commands of this project: `make test` and `make demo`. Each sets up everything it needs.
.PHONY: test demo setup bench test-cozystack clean
.DEFAULT_GOAL := test

setup:
	@scripts/setup.sh

test: setup
	@scripts/test.sh

demo: setup
	@scripts/demo.sh

bench: setup
	npm run bench

# COZYSTACK_REPO names a clone of CozyStack: the patch is proven on every ref in it.
test-cozystack: setup
	npm run test:cozystack

clean:
	rm -rf dist out coverage
