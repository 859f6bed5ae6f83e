using System.Text.RegularExpressions;

namespace MailCluster.Sieve.Tests.Pigeonhole;

/// <summary>Damages a script by one word: changed for another of its kind, which may be right, or taken out, put in twice, moved, changed for any other.</summary>
internal static partial class ScriptDamage
{
    private static readonly string[] s_words =
    [
        ";", "{", "}", "(", ")", "[", "]", ",", ":is", ":contains", ":matches", ":count", "\"gt\"", ":comparator", "\"i;octet\"", "\"i;nothing\"", ":index", "0", "1", "1K", "99999999999", "\"\"", "\"x\"", ":flags", ":copy", ":last",
        "if", "elsif", "else", "not", "true", "anyof", "keep", "stop", "discard", "header", "exists", ":mime", ":localpart", "require", "\"fileinto\"", "#", "/*", "text:", "\"unclosed", "${a}", ":unknown", "unknown", "\"\\q\"", "-1", "1X", "\u00E9",
    ];

    [GeneratedRegex("""text:\r?\n(?s:.*?)\n\.\r?\n|"(?:\\.|[^"\\])*"|:?[A-Za-z0-9_]+|\s+|.""", RegexOptions.Singleline)]
    private static partial Regex Token();

    private static char Kind(string word) => word[0] switch
    {
        '"' when word.Length > 1 && word.EndsWith('"') => '"',
        ':' => ':',
        >= '0' and <= '9' => '0',
        >= 'a' and <= 'z' when !word.StartsWith("text:", StringComparison.Ordinal) => 'a',
        _ => word[0],
    };

    public static string Apply(string script, Random random)
    {
        var tokens = Token().Matches(script).Select(static match => match.Value).ToList();
        var places = Enumerable.Range(0, tokens.Count).Where(i => !string.IsNullOrWhiteSpace(tokens[i])).ToArray();
        var at = places[random.Next(places.Length)];
        switch (random.Next(10))
        {
            case 0:
                tokens.RemoveAt(at);
                break;
            case 1:
                tokens.Insert(at, tokens[at] + " ");
                break;
            case 2:
                var other = places[random.Next(places.Length)];
                (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                break;
            case > 4:
                var kind = Kind(tokens[at]);
                var likes = tokens.Concat(s_words).Where(word => Kind(word) == kind).ToArray();
                tokens[at] = likes[random.Next(likes.Length)];
                break;
            case 3:
                tokens[at] = s_words[random.Next(s_words.Length)] + " ";
                break;
            default:
                tokens.Insert(at, s_words[random.Next(s_words.Length)] + " ");
                break;
        }

        return string.Concat(tokens);
    }
}
