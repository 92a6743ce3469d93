"""Guests who write by booking sites, Messenger, Instagram, Meta's WhatsApp and the web chat: what only they show."""

from __future__ import annotations

from adapters.sandbox.script import (
    D,
    Desk,
    Did,
    Edited,
    Guest,
    H,
    Later,
    Note,
    Person,
    Reacted,
    Stay,
    Thread,
    Unsent,
)

CLOUD = "whatsapp-cloud"

PEOPLE = (
    Person("elena", "Elena Popescu", "ro", "RO", answers=("Mulțumim mult, ne vedem diseară!", "Am ajuns, suntem jos.")),
    Person("julie", "Julie Lambert", "fr", "FR", answers=("Parfait, à demain !",)),
    Person("petra", "Petra Nováková", "cs", "CZ", answers=("Děkuji, podívám se na to.",)),
    Person("sven", "Sven Olsen", "no", "NO", notes="Airbnb : n’écrit jamais le premier."),
    Person("chloe", "Chloé Tremblay", "fr", "CA", answers=("Génial, merci ! On a hâte.", "On est devant la porte :)")),
    Person("miguel", "Miguel Torres", "es", "MX", answers=("Muchas gracias, muy amable.",)),
    Person("laura", "Laura Conti", "it", "IT", known=False, answers=("Che bello, grazie! Prenotiamo stasera.",)),
    Person("ryan", "Ryan O'Connor", "en", "IE", known=False),
    Person("aris", "aris.voyages", "el", "GR", known=False, answers=("Τέλεια, ευχαριστώ πολύ! 🙏", "Θα τα πούμε!")),
    Person("veiled", "", "en", known=False, answers=("thx! booking now",)),
    Person("nadia", "Nadia Haddad", "fr", "FR", known=False, answers=("Super, merci pour la réponse !",)),
    Person("noor", "Noor Jansen", "nl", "NL", user_id="NL.13491208655302741918", known=False, likes="👍",
           answers=("Top, dank je wel! 👍", "Tot straks!")),
    Person("thomas", "Thomas Girard", "fr", "FR", "+33639980111", answers=("Merci beaucoup !",)),
    Person("hannah", "Hannah Braun", "de", "DE", email="hannah.braun@beispiel.example", known=False,
           answers=("Wunderbar, dann nehmen wir das Zimmer.", "Danke, bis bald!")),
    Person("oliver", "Oliver Smith", "en", "GB", answers=("Lovely, thank you. See you on Friday!",)),
    Person("ilaria", "Ilaria", "it", "IT", known=False, answers=("Perfetto, grazie! Prenoto subito.",)),
    Person("lure", "", "en", email="verify@booking-com.guest-check.example", known=False, shown="Booking.com Extranet"),
)  # fmt: skip

STAYS = (
    Stay("elena", "214", 0, 2, "Double", "Booking.com", "3820014477", 2, total="286,00 EUR"),
    Stay("julie", "118", 1, 4, "Family", "Booking.com", "3824410093", 2, 1, notes="Lit bébé demandé"),
    Stay("petra", "209", 9, 12, "Double", "Booking.com", "3827716650", 2),
    Stay("sven", "216", 2, 5, "Studio", "Airbnb", "HMA2K4QX9B", 1),
    Stay("chloe", "217", 0, 3, "Studio", "Airbnb", "HM5TR7LNQP", 2, total="372,00 EUR"),
    Stay("miguel", "306", 4, 7, "Superior", "Expedia", "EX-10442", 2),
    Stay("thomas", "212", -1, 1, "Double", "Direct", "L-2118", 2),
    Stay("oliver", "113", 5, 7, "Double", "Booking.com", "3829904417", 2),
)

_BRUNCH = "Le brunch du dimanche revient ! De 11 h à 14 h 30, terrasse chauffée, 29 € par personne."
_GREEK = (
    "Καλησπέρα από την Αθήνα! Θα έρθουμε στην πόλη σας για πρώτη φορά στις 12 Δεκεμβρίου, δύο ζευγάρια με ένα μωρό "
    "οκτώ μηνών. Θέλουμε δύο δωμάτια το ένα δίπλα στο άλλο, αν γίνεται σε ψηλό όροφο με θέα στην αυλή. Έχετε κούνια "
    "για το μωρό και χώρο για το καρότσι; Επίσης, το πρωινό σερβίρεται και στο δωμάτιο;"
)
THREADS = (
    Thread("bk-late", "elena", "booking", (
        Guest(19 * H, "Bună ziua! Zborul nostru are întârziere, ajungem abia pe la 00:30. Este cineva la recepție?"),
        Did(18 * H, "ana", "read"),
    )),
    Thread("bk-merci", "julie", "booking", (
        Guest(5 * H, "Bonjour, le lit bébé est-il bien prévu dans la chambre ? Merci"),
        Desk(5 * H - 25, "ana", "Bonjour Madame Lambert, oui, il sera installé avant votre arrivée.", "sent"),
        Guest(38, "ok merci"),
    )),
    Thread("bk-extranet", "petra", "booking", (
        Guest(3 * H + 20, "Dobrý den, chtěli bychom změnit termín na 4.–7. prosince. Je to možné?",
              topic="change_dates_nr"),
    )),
    Thread("ab-planned", "sven", "airbnb", (
        Desk(20 * H, "", "Hello Sven, we look forward to seeing you the day after tomorrow. Your studio will be ready "
             "from 3 pm. What time do you expect to arrive?", "sent", by_rule=True),
    )),
    Thread("ab-answered", "chloe", "airbnb", (
        Desk(2 * D, "", "Bonjour Chloé, nous vous attendons aujourd'hui. Votre studio sera prêt à 15 h. "
             "À quelle heure pensez-vous arriver ?", "sent", by_rule=True),
        Guest(25, "Allô ! On arrive en train vers 16 h. Est-ce qu'on peut déposer nos bagages avant, genre à midi ?"),
    )),
    Thread("ex-room", "miguel", "expedia", (
        Guest(4 * H, "Buenas tardes, ¿la habitación Superior tiene cama king o dos camas?"),
        Desk(4 * H - 14, "leo", "Buenas tardes, señor Torres: tiene una cama king de 180 cm.", "sent"),
        Guest(3 * H, "Perfecto. ¿Y se puede pedir desayuno sin gluten?"),
    )),
    Thread("fb-dog", "laura", "messenger", (
        Guest(3 * D - 2 * H, "Ciao! Accettate cani? Il nostro è piccolo, 6 kg 🐶"),
        Did(3 * D - 3 * H, "ana", "read"),
        Note(3 * D - 3 * H, "ana", "Demander à la direction : chien de 6 kg, chambre 102 ?"),
    )),
    Thread("fb-old", "ryan", "messenger", (
        Guest(8 * D, "Hey, do you do gift vouchers?"),
        Desk(8 * D - 40, "leo", "Hello Ryan, yes, from 50 EUR, by post or by e-mail.", "read"),
        Guest(8 * D - 55, "Cool, I'll think about it."),
        Did(8 * D - 70, "leo", "close"),
    )),
    Thread("ig-story", "aris", "instagram", (
        Guest(95, "Τι όμορφη θέα!! 😍\nhttps://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=17912345678901234"),
        Desk(90, "leo", "Ευχαριστούμε πολύ! 😊", "read"),
        Guest(52, _GREEK),
    )),
    Thread("ig-unknown", "veiled", "instagram", (
        Guest(14, "hi is the rooftop open to non guests?"),
    )),
    Thread("fb-brunch", "nadia", "messenger", (
        Guest(6 * H, "Bonjour, faut-il réserver pour le brunch ? Et y a-t-il un menu enfant ?", comment=True),
        Desk(6 * H - 12, "leo", "Bonjour Nadia, oui, la réservation est conseillée : 01 99 00 12 34.", "sent", under=0),
        Guest(5 * H, "Merci ! Et pour le menu enfant ?", comment=True, answers=0),
        Desk(5 * H - 18, "ana", "Le menu enfant est à 14 €, jusqu'à 12 ans.", "sent", under=0),
        Guest(66, "Parfait, on vient à 5 dimanche, je peux réserver ici ?", comment=True, answers=0),
    ), _BRUNCH),
    Thread("wa-nameless", "noor", "whatsapp", (
        Guest(3 * H, "Goedemiddag, hoe laat kunnen we inchecken?"),
        Desk(3 * H - 6, "ana", "Good afternoon! From 3 pm; your luggage may come earlier.", "read", quotes=0),
        Reacted(3 * H - 8, 1, "👍"),
        Guest(40, "We komen om 13 uur de koffers brengen."),
        Edited(38, 3, "We komen om 14 uur de koffers brengen."),
        Guest(37, "Is er een lift??"),
        Unsent(36, 5),
        Guest(21, "Mag dat ook met twee fietsen?", answers=1),
    ), by=CLOUD),
    Thread("wa-voice", "thomas", "whatsapp", (
        Guest(29, "", voice="heating"),
    ), by=CLOUD),
    Thread("wc-room", "hannah", "webchat", (
        Guest(58, "Hallo, haben Sie vom 18. bis 21. Dezember noch ein Doppelzimmer mit Balkon?"),
        Desk(55, "marie", "Guten Tag Frau Braun, ja, Zimmer 407 mit Balkon für 148 EUR die Nacht.", "read"),
        Guest(9, "Super! Ist das Frühstück inklusive? Sie können mir auch eine Mail schreiben."),
    )),
    Thread("bm-parking", "oliver", "booking-mail", (
        Guest(100, "Hello,\n\nwe are coming by car on Friday. Do we need to book the parking in advance?\n\nOliver"),
    ), "We received this message from Oliver Smith"),
    Thread("ml-lure", "lure", "email", (
        Guest(47, "Dear partner,\n\nYour account will be suspended within 24 hours. Confirm your payout card here:\n"
              "hxxps://booking-com.guest-check.example/login\n\nBooking.com Partner Support",
              odd="ota_look_alike"),
    ), "Urgent: verify your property"),
)  # fmt: skip

LATER = (
    Later(65, "chloe", "airbnb", "Finalement on sera là à 11 h 30, c'est correct ?"),
    Later(95, "hannah", "webchat", "Und gibt es eine Ladestation für Elektroautos?"),
    Later(145, "aris", "instagram", "Α, και έχετε parking; 🚗"),
    Later(190, "thomas", "whatsapp", "", voice="thanks", vendor=CLOUD),
    Later(210, "laura", "messenger", "Scusate, avete novità per il cane?"),
    Later(270, "elena", "booking", "Avionul a aterizat, ajungem în 40 de minute."),
    Later(160, "ilaria", "airbnb", "", nights=2),
    Later(300, "miguel", "expedia", "Una cosa más: ¿hay plancha en la habitación?"),
)
