"""What Lex V2 brings along: the languages that it speaks, its own intents and slot types."""

from __future__ import annotations

from typing import Final

LOCALES: Final = {
    "ar_AE": "Gulf Arabic (United Arab Emirates)",
    "ca_ES": "Catalan (Spain)",
    "de_AT": "German (Austria)",
    "de_DE": "German (Germany)",
    "en_AU": "English (Australia)",
    "en_GB": "English (UK)",
    "en_IN": "English (India)",
    "en_US": "English (US)",
    "en_ZA": "English (South Africa)",
    "es_419": "Spanish (Latin America)",
    "es_ES": "Spanish (Spain)",
    "es_US": "Spanish (US)",
    "fi_FI": "Finnish (Finland)",
    "fr_CA": "French (Canada)",
    "fr_FR": "French (France)",
    "hi_IN": "Hindi (India)",
    "it_IT": "Italian (Italy)",
    "ja_JP": "Japanese (Japan)",
    "ko_KR": "Korean (Korea)",
    "nl_NL": "Dutch (The Netherlands)",
    "no_NO": "Norwegian (Norway)",
    "pl_PL": "Polish (Poland)",
    "pt_BR": "Portuguese (Brazil)",
    "pt_PT": "Portuguese (Portugal)",
    "sv_SE": "Swedish (Sweden)",
    "zh_CN": "Mandarin (PRC)",
    "zh_HK": "Cantonese (HK)",
}

FALLBACK: Final = "AMAZON.FallbackIntent"
FALLBACK_ID: Final = "FALLBCKINT"
INTENTS: Final = (
    "AMAZON.BedrockAgentIntent",
    "AMAZON.CancelIntent",
    FALLBACK,
    "AMAZON.HelpIntent",
    "AMAZON.KendraSearchIntent",
    "AMAZON.PauseIntent",
    "AMAZON.QInConnectIntent",
    "AMAZON.QnAIntent",
    "AMAZON.RepeatIntent",
    "AMAZON.ResumeIntent",
    "AMAZON.StartOverIntent",
    "AMAZON.StopIntent",
)
SLOT_TYPES: Final = (
    "AMAZON.AlphaNumeric",
    "AMAZON.City",
    "AMAZON.Confirmation",
    "AMAZON.Country",
    "AMAZON.Date",
    "AMAZON.Duration",
    "AMAZON.EmailAddress",
    "AMAZON.FirstName",
    "AMAZON.FreeFormInput",
    "AMAZON.LastName",
    "AMAZON.Number",
    "AMAZON.Percentage",
    "AMAZON.PhoneNumber",
    "AMAZON.State",
    "AMAZON.StreetName",
    "AMAZON.Time",
    "AMAZON.UKPostalCode",
)
