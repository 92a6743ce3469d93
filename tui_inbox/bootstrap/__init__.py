"""The composition root: the only place that sees adapters and storage beside the use cases."""
