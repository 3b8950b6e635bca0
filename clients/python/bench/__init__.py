"""What the benchmarks need: a prepared server and framed requests."""
