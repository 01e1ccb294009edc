"""The useapi.net PixVerse v2 dialect: `/v2/pixverse/…`."""
