"""Tests of riskd through its public API, from Python."""
