"""Engines that write down what is said: a server with OpenAI's transcription API, or a rough one on this machine."""
