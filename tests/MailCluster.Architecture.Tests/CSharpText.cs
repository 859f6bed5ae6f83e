namespace MailCluster.Architecture.Tests;

/// <summary>Tells code from comments and strings, well enough to search one without the others.</summary>
internal static class CSharpText
{
    /// <summary>Both results are as long as the text; what does not belong is blank, line ends stay.</summary>
    internal static (string Code, string Comments) Split(string text)
    {
        var code = text.ToCharArray();
        var comments = new char[text.Length];
        Array.Fill(comments, ' ');
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                comments[i] = '\n';
            }
        }

        for (var at = 0; at < text.Length;)
        {
            var end = TokenEnd(text, at, out var isComment);
            if (end < 0)
            {
                at++;
                continue;
            }

            for (var i = at; i < end; i++)
            {
                if (text[i] == '\n')
                {
                    continue;
                }

                if (isComment)
                {
                    comments[i] = text[i];
                }

                code[i] = ' ';
            }

            at = end;
        }

        return (new string(code), new string(comments));
    }

    /// <summary>The end of the comment or literal that starts here, or -1.</summary>
    private static int TokenEnd(string text, int at, out bool isComment)
    {
        isComment = false;
        var rest = text.AsSpan(at);
        if (rest.StartsWith("//"))
        {
            isComment = true;
            return EndAfter(text, at, "\n") is var end && end < text.Length ? end - 1 : end;
        }

        if (rest.StartsWith("/*"))
        {
            isComment = true;
            return EndAfter(text, at + 2, "*/");
        }

        if (rest.StartsWith("\"\"\""))
        {
            var quotes = rest.IndexOfAnyExcept('"');
            quotes = quotes < 0 ? rest.Length : quotes;
            return EndAfter(text, at + quotes, new string('"', quotes));
        }

        if (rest.StartsWith("\""))
        {
            var verbatim = at > 0 && (text[at - 1] == '@' || (at > 1 && text[at - 1] == '$' && text[at - 2] == '@'));
            return verbatim ? VerbatimEnd(text, at + 1) : EscapedEnd(text, at + 1, '"');
        }

        return rest[0] == '\'' ? EscapedEnd(text, at + 1, '\'') : -1;
    }

    private static int EndAfter(string text, int from, string mark)
    {
        var found = text.IndexOf(mark, from, StringComparison.Ordinal);
        return found < 0 ? text.Length : found + mark.Length;
    }

    private static int EscapedEnd(string text, int at, char quote)
    {
        while (at < text.Length && text[at] != quote && text[at] != '\n')
        {
            at += text[at] == '\\' ? 2 : 1;
        }

        return Math.Min(at + 1, text.Length);
    }

    private static int VerbatimEnd(string text, int at)
    {
        while (at < text.Length)
        {
            if (text[at] != '"')
            {
                at++;
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                at += 2;
            }
            else
            {
                return at + 1;
            }
        }

        return text.Length;
    }
}
