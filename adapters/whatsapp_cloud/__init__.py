"""WhatsApp Business Cloud API: sends by the Graph, hears by webhook."""

from adapters.whatsapp_cloud.settings import WHATSAPP, Settings, WhatsAppNumbers

__all__ = ["WHATSAPP", "Settings", "WhatsAppNumbers"]
