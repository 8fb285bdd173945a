"""Tests, named as the claims they prove, on real PostgreSQL and Redis."""
