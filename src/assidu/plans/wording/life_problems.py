"""What may be wrong with terms, the end of the programme, referrals and shared accounts, in words."""

from assidu.plans.wording.language import Sentence

LIFE_PROBLEMS = {
    "terms_count": Sentence(
        "les conditions « {found} » ont une adresse (« url ») ou un texte (« text »), et un seul des deux",
        "the terms `{found}` have an address (`url`) or a text (`text`), and only one of both",
    ),
    "terms_url": Sentence(
        "« {found} » n'est pas une adresse qui commence par https://",
        "`{found}` is not an address that begins with https://",
    ),
    "terms_not_rising": Sentence(
        "les conditions « {found} » doivent commencer après « {before} », écrites avant elles",
        "the terms `{found}` must begin after `{before}` before them",
    ),
    "terms_not_yet": Sentence(
        "aucune version des conditions n'est en vigueur le premier jour : « {found} » commence après",
        "no version of the terms is in force on the first day: `{found}` begins later",
    ),
    "closing_reversed": Sentence(
        "le dernier jour pour utiliser ne peut pas précéder le dernier jour pour gagner",
        "the last day to use cannot come before the last day to earn",
    ),
    "closing_over": Sentence(
        "le programme est déjà fermé le premier jour de cette version : rien ne se gagnera plus",
        "the programme is already closed on this version's first day: nothing will be earned",
    ),
    "referral_gives_nothing": Sentence(
        "un parrainage récompense le parrain, le filleul, ou les deux (« referrer », « referee »)",
        "a referral rewards who brings (`referrer`) or who is brought (`referee`)",
    ),
    "accounts_of_no_kind": Sentence(
        "dites quels comptes se partagent : « household », « company » ou les deux",
        "say which accounts are shared: `household`, `company` or both",
    ),
    "household_keeps_all": Sentence(
        "personne ne peut quitter ce foyer sans tout perdre, et le dernier aussi : est-ce voulu ?",
        "nobody can leave this household without losing everything, nor can the last one: is that meant?",
    ),
    "referral_without_limit": Sentence(
        "sans maximum (« at_most »), un seul membre peut être récompensé pour autant de filleuls qu'il veut",
        "without `at_most` one member can be rewarded for as many others as they like",
    ),
}
