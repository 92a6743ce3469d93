"""What comes to us unasked: webhooks over HTTP, out of a folder, or through a relay. Imported only when configured."""
