"""The offline engine: an OpenAI-compatible server in process, so that the platform works without a key.

It is no language model. It reads a case study by rule (`text`, `casework`), answers as a persona from sentences of the case
(`roleplay`), judges by coverage and evidence (`assessment`) and draws scene cards (`pictures`). `transport` puts it under the
`openai` SDK. The same request always gets the same bytes: there is no clock and no random number in here.
"""
