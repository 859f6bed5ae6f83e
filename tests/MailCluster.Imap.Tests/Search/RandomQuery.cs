using System.Globalization;

namespace MailCluster.Imap.Tests.Search;

/// <summary>Random search programs, as text.</summary>
internal static class RandomQuery
{
    public static string Make(Random random, int depth = 0) => random.Next(depth > 3 ? 1 : 4) switch
    {
        0 => Leaf(random),
        1 => $"NOT {Key(random, depth)}",
        2 => $"OR {Key(random, depth)} {Key(random, depth)}",
        _ => string.Join(' ', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Key(random, depth))),
    };

    private static string Key(Random random, int depth)
    {
        var key = Make(random, depth + 1);
        return $"({key})";
    }

    private static string Leaf(Random random)
    {
        var day = string.Create(CultureInfo.InvariantCulture, $"{random.Next(1, 10)}-Feb-2026");
        var word = '"' + NaiveMailbox.Words[random.Next(NaiveMailbox.Words.Length)] + '"';
        var number = random.Next(1, 60);
        return random.Next(30) switch
        {
            0 => "ALL",
            1 => new[] { "ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN" }[random.Next(5)],
            2 => new[] { "UNANSWERED", "UNDELETED", "UNDRAFT", "UNFLAGGED", "UNSEEN" }[random.Next(5)],
            3 => new[] { "RECENT", "OLD", "NEW" }[random.Next(3)],
            4 => new[] { "KEYWORD $junk", "UNKEYWORD Work", "KEYWORD None" }[random.Next(3)],
            5 => string.Create(CultureInfo.InvariantCulture, $"{number}:{random.Next(1, 60)},*"),
            6 => string.Create(CultureInfo.InvariantCulture, $"UID {number}:*,3,9:{random.Next(1, 100)}"),
            7 => "$",
            8 => string.Create(CultureInfo.InvariantCulture, $"LARGER {number * 8}"),
            9 => string.Create(CultureInfo.InvariantCulture, $"SMALLER {number * 8}"),
            10 => $"BEFORE {day}",
            11 => $"ON {day}",
            12 => $"SINCE {day}",
            13 => $"SENTBEFORE {day}",
            14 => $"SENTON {day}",
            15 => $"SENTSINCE {day}",
            16 => $"SAVEDBEFORE {day}",
            17 => $"SAVEDON {day}",
            18 => $"SAVEDSINCE {day}",
            19 => string.Create(CultureInfo.InvariantCulture, $"YOUNGER {number * 50_000}"),
            20 => string.Create(CultureInfo.InvariantCulture, $"OLDER {number * 50_000}"),
            21 => string.Create(CultureInfo.InvariantCulture, $"MODSEQ {number}"),
            22 => string.Create(CultureInfo.InvariantCulture, $"EMAILID M{number:x8}000000000000000000000000"),
            23 => $"{new[] { "FROM", "TO", "CC", "BCC", "SUBJECT" }[random.Next(5)]} {word}",
            24 => $"HEADER {new[] { "X-Note", "Reply-To", "From", "X-None" }[random.Next(4)]} {word}",
            25 => $"HEADER {new[] { "X-Note", "Reply-To", "subject", "X-None" }[random.Next(4)]} \"\"",
            26 => $"BODY {word}",
            27 => $"TEXT {word}",
            28 => "SAVEDATESUPPORTED",
            _ => "BODY \"\"",
        };
    }
}
