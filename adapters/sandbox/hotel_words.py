"""The sample hotel's own texts, and the templates that WhatsApp has approved, or not."""

from __future__ import annotations

from adapters.sandbox.script import Words

WORDS = (
    Words("parking", "fr", "Bonjour ##{{first_name}}, le parking est ouvert jour et nuit ; le code est 4071A.", "park"),
    Words("parking", "en", "Hello ##{{first_name}}, the car park is open day and night; the code is 4071A.", "park"),
    Words("parking", "de", "Guten Tag ##{{first_name}}, das Parkhaus ist Tag und Nacht offen, Code 4071A.", "park"),
    Words("wifi", "fr", "Le Wi-Fi « Lumiere » est gratuit ; le mot de passe est sur votre carte de chambre.", "wifi"),
    Words("wifi", "en", "The Wi-Fi «Lumiere» is free; the password is on your key card.", "wifi"),
    Words("breakfast", "fr", "Le petit-déjeuner est servi de 7 h à 10 h 30, et en chambre sur demande.", "pdj"),
    Words("breakfast", "en", "Breakfast is served from 7 to 10:30, and in your room on request.", "pdj"),
    Words("late", "fr", "C'est noté, ##{{first_name}}. La réception est ouverte toute la nuit.", "tard"),
    Words("late", "en", "Noted, ##{{first_name}}. Our desk is open all night.", "tard"),
    Words("late", "de", "Notiert, ##{{first_name}}. Die Rezeption ist die ganze Nacht besetzt.", "tard"),
    Words("thanks", "fr", "Merci ##{{first_name}}, et à très bientôt !", "merci"),
    Words("thanks", "en", "Thank you ##{{first_name}}, see you soon!", "merci"),
    Words(
        "arrival", "fr",
        "Bonjour ##{{first_name}}, nous vous attendons le ##{{arrival}}. Votre chambre sera prête à 15 h. "
        "À quelle heure pensez-vous arriver ?",
        kind="reminder",
    ),
    Words(
        "arrival", "en",
        "Dear ##{{first_name}}, we look forward to seeing you on ##{{arrival}}. Your room will be ready from 3 pm. "
        "What time do you expect to arrive?",
        kind="reminder",
    ),
    Words(
        "arrival_time", "pt",
        "Olá {{1}}, o seu quarto estará pronto às 15h do dia {{2}}. A que horas pensa chegar?",
        kind="whatsapp", category="UTILITY", variables=("first_name", "arrival"),
    ),
    Words(
        "arrival_time", "fr",
        "Bonjour {{1}}, votre chambre sera prête à 15 h le {{2}}. À quelle heure pensez-vous arriver ?",
        kind="whatsapp", category="UTILITY", variables=("first_name", "arrival"),
    ),
    Words(
        "arrival_time", "en",
        "Hello {{1}}, your room will be ready from 3 pm on {{2}}. What time do you expect to arrive?",
        kind="whatsapp", category="UTILITY", variables=("first_name", "arrival"),
    ),
    Words(
        "answer_ready", "en", "Hello {{1}}, we have an answer to your question. May we send it here?",
        kind="whatsapp", category="UTILITY", variables=("first_name",),
    ),
    Words(
        "spring_offer", "fr", "Bonjour {{1}}, le printemps arrive : une nuit offerte pour deux réservées.",
        kind="whatsapp", category="MARKETING", variables=("first_name",),
    ),
    Words(
        "spa_week", "en", "Hello {{1}}, 20 % off all spa treatments this week!",
        kind="whatsapp", category="UTILITY", status="rejected", reason="PROMOTIONAL", variables=("first_name",),
    ),
)  # fmt: skip
