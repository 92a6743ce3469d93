"""What guests and a desk write, in seven languages: pools of sentences with the words that search would store.

The vocabulary is large and unevenly used, as in real mail: a few hundred true words and thousands of made-up ones
(names of places, dishes, firms) drawn by Zipf's law.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple

from tui_inbox.domain.fold import fold


class Text(NamedTuple):
    """A short message or a part of one, with the words that search stores for it."""

    text: str
    folded: str


class Language(NamedTuple):
    code: str
    share: int
    phrases: tuple[str, ...]
    things: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    syllables: tuple[str, ...]


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


LANGUAGES = (
    Language(
        "fr",
        34,
        _split(
            "Bonjour, est-ce que le {t} est encore ouvert à {h} ?|Nous arriverons vers {h} le {d}, est-ce possible ?"
            "|Pourriez-vous ajouter {t} et {t} dans la chambre {r} ?|Merci beaucoup pour votre aide."
            "|Le {t} de la chambre {r} ne fonctionne pas, pouvez-vous envoyer quelqu'un ?|Oui, c'est noté, à bientôt."
            "|Nous serions {n} personnes pour le dîner, une table près de {t} serait parfaite."
            "|J'ai oublié {t} dans la chambre {r}, l'avez-vous retrouvé ?|Y a-t-il un parking près de {t} ?"
            "|Votre chambre sera prête à partir de {h}, vous pouvez laisser vos bagages à la réception."
            "|Le petit déjeuner est servi de {h} à {h} au restaurant {t}.|À quelle heure ferme {t} ce soir ?"
        ),
        _split(
            "la piscine|le spa|un lit bébé|la télévision|le chauffage|un oreiller|la navette|un taxi|le sèche-cheveux"
        ),
        _split(
            "Claire|Élodie|Jérôme|Théo|Léa|Benoît|Zoé|Mathieu|Noémie|François|Inès|Gaël|Adèle|Bastien|Camille|Denis|Émile|Fanny"
            "|Gilles|Hélène|Irène|Julien|Karine|Loïc|Manon|Nicolas|Océane|Pascal|Raphaël|Solène|Tristan|Valérie"
        ),
        _split("Martin|Lefèvre|Bénard|Dupré|Girard|Châtelain|Noël|Moreau|Guérin|Lemaître|Pélissier|Rousseau"),
        _split("bé|lan|mor|ville|cha|rou|sé|ti|ne|gnac|pont|ar|de|lier|cou|van|mé|ron|plou|har"),
    ),
    Language(
        "en",
        30,
        _split(
            "Hello, is the {t} still open at {h}?|We will arrive around {h} on {d}, is that possible?"
            "|Could you bring {t} and {t} to room {r}, please?|Thank you so much for your help."
            "|The {t} in room {r} is broken, could somebody have a look?|Yes of course, see you soon."
            "|We would be {n} people for dinner, a table near {t} would be lovely."
            "|I left {t} in room {r}, has it been found?|Is there any parking near {t}?"
            "|Your room will be ready from {h}, you are welcome to leave your luggage at the desk."
            "|Breakfast is served from {h} to {h} in the {t} room.|How far is it to {t} on foot?"
        ),
        _split("pool|spa|cot|television|heating|extra pillow|shuttle|taxi|hair dryer|safe|minibar|adapter|umbrella"),
        _split(
            "Priya|Oliver|Grace|Jack|Amelia|Noah|Isla|Arjun|Chloe|Liam|Ruby|Ethan|Freya|Aisha|Brian|Colin|Daisy|Edward|Fiona|George"
            "|Hannah|Ian|Julia|Kevin|Lucy|Megan|Nigel|Olivia|Peter|Rachel|Simon|Tara|Victor|Wendy|Yusuf"
        ),
        _split("Nair|Smith|O'Connor|Patel|Hughes|Walker|Okafor|Bennett|Singh|Murphy|Clarke|Reid"),
        _split("ber|ton|wick|ham|shire|ash|ley|ford|mer|rick|dale|wood|stan|bur|win|hal|thor|gate|ston|mar"),
    ),
    Language(
        "de",
        14,
        _split(
            "Guten Tag, ist {t} um {h} noch geöffnet?|Wir kommen am {d} gegen {h} Uhr an, geht das?"
            "|Könnten Sie bitte {t} und {t} auf Zimmer {r} bringen?|Vielen Dank für Ihre Hilfe."
            "|In Zimmer {r} funktioniert {t} nicht, könnte jemand nachsehen?|Danke, wir kommen später an."
            "|Wir wären {n} Personen zum Abendessen, gern in der Nähe von {t}."
            "|Ich habe {t} in Zimmer {r} vergessen.|Gibt es Parkplätze in der Nähe von {t}?"
            "|Ihr Zimmer ist ab {h} Uhr bezugsfertig, das Gepäck nehmen wir gern vorher entgegen."
        ),
        _split("das Schwimmbad|die Sauna|ein Kinderbett|der Fernseher|die Heizung|ein Kissen|ein Föhn|die Fähre"),
        _split(
            "Jonas|Jürgen|Käthe|Lukas|Sören|Anneliese|Björn|Grete|Max|Ursula|Anke|Bernd|Clara|Dieter|Elke|Felix|Gisela"
            "|Hannes|Ingrid|Klaus|Lena|Moritz|Nele|Otto|Petra|Rolf|Silke|Timo|Ute|Volker"
        ),
        _split("Weber|Müller|Schäfer|Groß|Köhler|Vogel|Jäger|Böhm|Krüger|Weiß"),
        _split("berg|stein|hau|feld|grün|wald|müh|bach|kirch|hof|brück|see|burg|tal|lich|rein|gart|dorf|neu|alt"),
    ),
    Language(
        "es",
        8,
        _split(
            "Hola, ¿sigue abierto {t} a las {h}?|Llegaremos sobre las {h} el {d}, ¿es posible?"
            "|¿Podrían traer {t} y {t} a la habitación {r}?|Muchas gracias por su ayuda."
            "|No funciona {t} en la habitación {r}.|Seríamos {n} personas para cenar cerca de {t}."
            "|Olvidé {t} en la habitación {r}, ¿lo han encontrado?|¿Hay aparcamiento cerca de {t}?"
        ),
        _split("la piscina|una cuna|la televisión|la calefacción|una almohada|el autobús|el champú|el sofá cama"),
        _split("Ana|José|Lucía|Íñigo|Sofía|Andrés|Begoña|Álvaro|Nuria|Martín"),
        _split("López|García|Núñez|Ibáñez|Sánchez|Peña|Muñoz|Gómez|Ortega|Cañas"),
        _split("vi|lla|san|mar|ca|ño|ru|sol|gra|na|cor|do|ba|to|le|ón|se|go|za|ra"),
    ),
    Language(
        "it",
        6,
        _split(
            "Buongiorno, {t} è ancora aperta alle {h}?|Arriveremo verso le {h} il {d}, è possibile?"
            "|Potreste portare {t} e {t} in camera {r}?|Grazie mille per l'aiuto.|In camera {r} non funziona {t}."
            "|Saremmo {n} persone per cena, vicino a {t} sarebbe perfetto.|C'è un parcheggio vicino a {t}?"
        ),
        _split("la piscina|una culla|il televisore|il riscaldamento|un cuscino|la navetta|il caffè|la città vecchia"),
        _split("Giulia|Niccolò|Chiara|Matteo|Sara|Luca|Francesca|Davide"),
        _split("Rossi|Bianchi|Ferrari|Conti|Greco|Colombo|Dal Bò|Zanè"),
        _split("mon|te|bel|la|ca|stel|fio|re|ven|pa|lo|ri|sa|nto|gar|da|lu|co|ro|si"),
    ),
    Language(
        "ja",
        5,
        _split(
            "こんにちは、{t}は{h}まで開いていますか。|{d}の{h}頃に到着します。|{r}号室に{t}をお願いします。"
            "|ありがとうございます。|{r}号室の{t}が動きません。|夕食は{n}名で予約したいです。|{t}の近くに駐車場はありますか。"
        ),
        _split("プール|温泉|枕|暖房|タクシー|傘|朝食|毛布|鍵|荷物|冷蔵庫|新幹線"),
        _split("佐藤|鈴木|高橋|田中|渡辺|伊藤"),
        _split("健太|美咲|陽菜|大輔|結衣|翔"),
        _split("京|都|山|川|田|中|東|北|海|道|島|森|本|町|橋|谷|原|木|村|里"),
    ),
    Language(
        "zh",
        3,
        _split(
            "您好，{t}到{h}还开放吗？|我们{d}{h}左右到达。|请把{t}送到{r}房间。|非常感谢您的帮助。"
            "|{r}房间的{t}坏了。|晚餐我们有{n}位。|{t}附近有停车场吗？"
        ),
        _split("游泳池|早餐|枕头|暖气|出租车|雨伞|毛毯|行李|冰箱|机场巴士"),
        _split("王|李|张|刘|陈|杨"),
        _split("伟|芳|娜|敏|静|强"),
        _split("南|京|上|海|广|州|西|安|长|沙|青|岛|天|津|大|连|重|庆|苏|杭"),
    ),
)

_LENGTHS = (1, 1, 1, 1, 2, 2, 4)
"""Sentences of a text; a longer message is made of two texts."""
_MADE_UP = 6_000
"""Made-up words a language."""


def _things(language: Language, rng: Random) -> tuple[Sequence[str], Sequence[float]]:
    """Things to speak of, common ones first, with Zipf's cumulated weights."""
    made = {"".join(rng.choices(language.syllables, k=rng.randint(2, 4))) for _ in range(_MADE_UP)}
    things = [*language.things, *(word.capitalize() for word in sorted(made))]
    return things, list(accumulate(1 / (rank + 3) for rank in range(len(things))))


def family_name(language: Language, rng: Random) -> str:
    """A common one, or one that few others have."""
    if rng.random() < 0.3:
        return rng.choice(language.last)
    return "".join(rng.choices(language.syllables, k=rng.randint(2, 3))).capitalize()


def pool(language: Language, size: int, rng: Random) -> list[Text]:
    """``size`` texts of one to four sentences."""
    things, weights = _things(language, rng)
    texts = []
    for _ in range(size):
        text = " ".join(_sentence(language, things, weights, rng) for _ in range(rng.choice(_LENGTHS)))
        texts.append(Text(text, fold(text)))
    return texts


def _sentence(language: Language, things: Sequence[str], weights: Sequence[float], rng: Random) -> str:
    text = rng.choice(language.phrases)
    while "{t}" in text:
        text = text.replace("{t}", rng.choices(things, cum_weights=weights)[0], 1)
    while "{h}" in text:
        text = text.replace("{h}", f"{rng.randint(6, 23)}:{rng.choice(('00', '15', '30', '45'))}", 1)
    return text.format(r=rng.randint(101, 640), n=rng.randint(2, 12), d=f"{rng.randint(1, 28)}/{rng.randint(1, 12)}")
