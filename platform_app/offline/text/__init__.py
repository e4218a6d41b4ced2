"""What any reader of text needs: words, sentences, layout, figures, phrases, search."""
