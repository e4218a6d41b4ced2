"""Database queries whose results are kept, shared and never stale. The public names are in `caching`."""
