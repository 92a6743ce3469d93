"""What was said at the sample hotel before the start: every state of the screen has its conversation."""

from __future__ import annotations

from adapters.sandbox.script import D, Desk, Did, Elsewhere, Guest, H, Later, Note, Thread

_LONG_SMS = (
    "Hello, we arrive on Tuesday with two children and my mother, who does not walk very well. Would it be possible "
    "to have a room near the lift, and a cot for the little one? Also, is there somewhere close by where we could "
    "have an early dinner at about 6 pm, and can we leave our luggage with you on the last day until the evening "
    "train at 20:15? Thank you very much, Emma Clarke"
)
_QUOTED = (
    "\n\nEl vie., 20 nov. 2026, Hôtel Lumière escribió:\n> Estimada señora Fernández:\n> gracias por su visita. "
    "Quedamos a su disposición.\n> Ana Lopez\n> Hôtel Lumière, 12 rue des Arts\n"
)
_SEO = (
    "Dear owner, I looked at your website and I am sure we can bring you on the FIRST PAGE within 30 days, "
    "guaranteed. Reply YES for a free audit."
)

THREADS = (
    Thread("parking", "claire", "whatsapp", (
        Guest(26 * H, "Bonsoir, nous sommes bien arrivés, la chambre est superbe."),
        Desk(26 * H - 4, "leo", "Avec plaisir, Madame Martin. Bon séjour parmi nous !", "read"),
        Did(26 * H - 5, "ana", "read"),
        Guest(23 * H + 14, "Est-ce que le parking est ouvert ce soir ? Nous rentrons vers 23 h."),
        Guest(23 * H + 13, "Et faut-il un code pour la barrière ?"),
        Note(23 * H, "leo", "Le garage change le code ce matin, je demande."),
        Did(22 * H, "ana", "read"),
    )),
    Thread("late", "jonas", "whatsapp", (
        Guest(3 * D, "Guten Tag, haben Sie einen Parkplatz für uns?"),
        Desk(3 * D - 9, "ana", "Guten Tag Herr Weber, ja, das Parkhaus ist im Haus. Bis Sonntag!", "read"),
        Guest(11, "Danke, wir stehen im Stau und kommen erst um 23 Uhr an. Ist dann noch jemand da?"),
    )),
    Thread("tonight", "priya", "sms", (
        Guest(4, "Hi, do you have a double room for tonight? We are at the station."),
    )),
    Thread("leak", "marco", "whatsapp", (
        Guest(42, "Buongiorno, la doccia della 305 perde acqua sul pavimento."),
        Guest(41, "", photo="leak"),
        Did(40, "leo", "request", "Fuite douche 305", "room", minutes=60),
    )),
    Thread("invoice", "lucia", "email", (
        Guest(2 * D, "Buenos días:\n\n¿Podrían enviarme la factura a nombre de mi empresa?\n\nGracias,\nLucía"),
        Desk(2 * D - 35, "ana", "Estimada señora Fernández:\n\npor supuesto, ¿nos indica el nombre y el NIF?\n\nAna"),
        Guest(95, "Claro: Fernández y Asociados S. L., NIF B-12345674.\n\nUn saludo,\nLucía", _QUOTED),
        Did(60, "ana", "read"),
    ), "Factura de mi estancia"),
    Thread("breakfast", "tanaka", "whatsapp", (
        Guest(5 * H, "来週から宿泊予定の田中です。朝食に和食はありますか。"),
        Desk(5 * H - 12, "ana", "田中様、ご連絡ありがとうございます。和朝食を前日までにご予約いただけます。", "read"),
        Guest(5 * H - 20, "では二名分お願いします。"),
        Desk(5 * H - 24, "ana", "かしこまりました。お会いできるのを楽しみにしております。", "read"),
        Did(5 * H - 25, "ana", "request", "和朝食 x 2", "restaurant", minutes=6 * D),
    )),
    Thread("checkout", "sofia", "sms", (
        Guest(3 * H, "Bom dia, é possível sair às 13h em vez das 11h?"),
        Desk(3 * H - 6, "leo", "Bom dia, sim, sem custo. Boa viagem!"),
        Did(2 * H, "ana", "read"),
    )),
    Thread("family", "emma", "sms", (Guest(35, _LONG_SMS),)),
    Thread("number", "hugo", "sms", (
        Guest(7 * H, "Bonjour, je peux arriver à 13 h demain ?"),
        Desk(30, "ana", "Bonjour Monsieur Lefèvre, oui, votre chambre sera prête à 13 h.", "failed", 30003),
    )),
    Thread("bikes", "anneke", "sms", (
        Guest(2 * H, "Hallo, can we put two bikes somewhere safe?"),
        Desk(6, "leo", "Hello, yes, there is a locked bicycle room beside the garage.", "unknown"),
    )),
    Thread("allergy", "dupont", "email", (
        Guest(26 * H, "Bonjour,\n\nNotre fille de 6 ans est très allergique aux arachides. Le restaurant peut-il "
              "garantir un menu sans trace ?\n\nMerci d'avance,\nCamille Dupont"),
        Did(25 * H, "ana", "request", "Menu sans arachides (Léa, 6 ans)", "restaurant", minutes=12 * D),
        Note(25 * H - 2, "ana", "Vu avec le chef : menu à part, réponse écrite demain matin."),
        Did(25 * H - 3, "ana", "read"),
    ), "Allergie – réservation L-2111"),
    Thread("bye", "tom", "sms", (
        Guest(20 * H, "Thanks for everything, lovely stay. Did I leave a blue scarf in 109?"),
        Desk(19 * H, "leo", "We found it, Mr Baker. We will post it to you today."),
        Guest(50, "You are wonderful. Cheers!"),
        Did(21, "leo", "close"),
    )),
    Thread("taxi", "giulia", "whatsapp", (
        Guest(70, "Buonasera, potete chiamare un taxi per l'aeroporto domani alle 5:30?"),
        Desk(66, "ana", "Certo! Le confermo tra poco l'orario.", "read"),
        Did(65, "ana", "request", "Taxi aéroport, 5 h 30", "transfer", minutes=10 * H),
        Did(64, "ana", "snooze", "Rappeler les taxis", minutes=2),
    )),
    Thread("group", "horizon", "email", (
        Guest(27 * H, "Bonjour,\n\nPourriez-vous nous coter 14 chambres doubles du 3 au 5 mars ?\n\nCordialement,\n"
              "Service groupes"),
        Desk(26 * H, "leo", "Bonjour,\n\nNous préparons l'offre et vous l'envoyons demain.\n\nLéo"),
        Did(26 * H - 1, "leo", "snooze", "Offre groupe à envoyer", minutes=20 * H),
    ), "Groupe 14 chambres – mars"),
    Thread("prize", "prize", "sms", (
        Guest(6 * H, "FELICITATIONS ! Vous avez gagne un iPhone. Cliquez vite : hxxp://gagnant.example/3k"),
        Did(6 * H - 3, "leo", "spam"),
    )),
    Thread("seo", "seo", "email", (Guest(30 * H, _SEO), Did(29 * H, "ana", "spam")), "First page guaranteed"),
    Thread("stop", "pierre", "sms", (
        Desk(38 * D, "ana", "Merci de votre visite, Monsieur Garnier. À bientôt à l'Hôtel Lumière !"),
        Guest(9 * D, "STOP"),
        Did(9 * D - 60, "ana", "close"),
    )),
    Thread("closed-window", "ines", "whatsapp", (
        Guest(31 * H, "Olá! Têm serviço de transfer do aeroporto?"),
        Desk(31 * H - 8, "leo", "Olá! Sim, 45 EUR até 3 pessoas.", "read"),
        Guest(30 * H, "Ótimo, reservo. O voo chega às 14h10 (TP 432)."),
        Did(29 * H, "leo", "request", "Transfer TP 432, 14 h 10", "transfer", minutes=22 * H),
        Did(28 * H, "ana", "read"),
    )),
    Thread("news", "bulletin", "email", (
        Guest(8 * H, "Les chiffres de fréquentation de novembre sont en ligne.", machine=True),
    ), "Lettre du tourisme nº 148"),
    Thread("suite", "arthur", "email", (
        Guest(4 * D, "Dear Sirs,\n\nMy train now arrives at a quarter past four. Kindly have the suite ready by then."
              "\n\nYours faithfully,\nArthur Pendleton"),
        Desk(4 * D - 40, "ana", "Dear Mr Pendleton,\n\nthe suite will be ready from 2 pm.\n\nKind regards,\nAna"),
        Note(5 * H, "marie", "Plateau de thé à 16 h 30, oreiller ferme déjà en chambre."),
        Did(5 * H, "ana", "assign", "marie"),
        Guest(75, "Dear Ana,\n\nMight I trouble you for a table for one at eight?\n\nA. P."),
    ), "Arrival on Sunday"),
    Thread("sauna", "nora", "sms", (
        Guest(17, "Bonjour, le sauna est ouvert jusqu'à quelle heure ce soir ?"),
        Did(2, "leo", "draft", "Bonjour Madame Benali, le sauna est ouvert jusqu'à "),
    )),
    Thread("pillow", "yusuf", "whatsapp", (
        Guest(130, "مساء الخير، هل يمكن إضافة سرير لطفل في الغرفة؟"),
        Elsewhere(120, "مساء النور، نعم، سنضيفه خلال نصف ساعة."),
        Did(118, "leo", "request", "Lit enfant 304", "room", minutes=-60),
        Did(110, "ana", "read"),
    )),
    Thread("couple", "keller", "sms", (Guest(55, "Grüezi, können wir unser Zimmer bis 12 Uhr behalten? Keller"),)),
    Thread("tomorrow", "wang", "whatsapp", (
        Guest(10 * H, "你好，我们明天下午三点左右到，可以提前入住吗？"),
        Desk(10 * H - 15, "ana", "您好，房间两点就可以入住。欢迎光临！", "delivered"),
        Desk(-10 * H, "ana", "您好，您的房间已准备好，密码稍后发送。", "planned"),
    )),
    Thread("longstay", "karin", "whatsapp", (
        Guest(6 * D, "Hej! Jag är framme. Finns det ett kylskåp i studion?"),
        Desk(6 * D - 5, "ana", "Hej Karin, ja, bakom den vita luckan.", "read"),
        Guest(5 * D, "Kan jag få rena handdukar?"),
        Desk(5 * D - 9, "leo", "Självklart, de kommer inom en timme.", "read"),
        Guest(4 * D, "Wifi is slow in 303 today."),
        Desk(4 * D - 20, "ana", "Sorry about that. We have restarted the access point, is it better?", "read"),
        Guest(4 * D - 30, "Much better, thanks!"),
        Guest(3 * D, "Var kan jag tvätta kläder?"),
        Desk(3 * D - 11, "marie", "Tvättstugan ligger i källaren, poletter finns i receptionen.", "read"),
        Guest(2 * D, "Finns det en bra bokhandel i närheten?"),
        Desk(2 * D - 7, "ana", "Ja, Librairie des Arts, två gator bort, öppen till 19.", "read"),
        Guest(D, "Jag stannar gärna två nätter till om det går."),
        Desk(D - 22, "leo", "Det går bra, Karin. Vi har lagt till dem.", "read"),
        Guest(D - 25, "Underbart 🙏"),
        Did(D - 30, "leo", "close"),
    )),
    Thread("thanks", "mia", "whatsapp", (
        Guest(6 * H, "Coucou, on peut avoir la chambre plus tôt ? 🥺"),
        Desk(6 * H - 3, "marie", "Bonjour Mia, elle est prête dès maintenant 🙂", "read"),
        Guest(6 * H - 5, "Génial merciii 😍 bonne journée"),
        Did(6 * H - 8, "marie", "no_reply"),
    )),
    Thread("wedding", "wedding", "email", (
        Guest(150, "Dear Hotel Lumière,\n\nWe are planning our wedding for the 12th of June and are looking for about "
              "twenty rooms for two nights. Do you offer a group rate, and could we use the garden?\n\n"
              "Kind regards,\nOrla Byrne"),
    ), "Wedding in June – 20 rooms"),
    Thread("refund", "carlos", "sms", (
        Guest(3 * D, "Hola, he cancelado mi reserva. ¿Cuándo recibo el reembolso?"),
        Desk(3 * D - 45, "ana", "Hola, el reembolso tarda de 5 a 7 días."),
        Did(2 * D, "ana", "close"),
    )),
    Thread("deposit", "olga", "sms", (
        Guest(9 * H, "Dzien dobry, did you receive my deposit?"),
        Did(8 * H, "marie", "snooze", "Attendre le virement", minutes=-1),
    )),
)  # fmt: skip

LATER = (
    Later(25, "claire", "whatsapp", "Nous partons dans dix minutes, une idée pour le code ?"),
    Later(50, "unknown", "sms", "Bonsoir, avez-vous une chambre pour deux nuits à partir de demain ?"),
    Later(80, "ines", "whatsapp", "O voo está adiantado, chegamos às 13h50!"),
    Later(120, "emma", "sms", "Sorry, one more thing: is the pool heated?"),
    Later(170, "lucia", "email", "¿Han podido preparar la factura?\n\nLucía", "Re: Factura de mi estancia"),
    Later(230, "marco", "whatsapp", "", photo="case"),
    Later(235, "marco", "whatsapp", "È vostra questa valigia? Era davanti alla nostra porta."),
    Later(320, "nora", "sms", "C'est bon, j'ai trouvé le sauna :) merci"),
)
"""Guests who write whatever the desk does, so that the inbox lives from the first minute."""
UNKNOWN = "+33639980177"
"""Whoever asks for a room in ``LATER`` has no name yet."""
