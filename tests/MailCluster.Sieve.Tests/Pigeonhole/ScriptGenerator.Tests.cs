using static MailCluster.Sieve.Tests.Pigeonhole.Vocabulary;

namespace MailCluster.Sieve.Tests.Pigeonhole;

internal sealed partial class ScriptGenerator
{
    private static readonly string[] HeaderNames = ["Subject", "X-Word", "X-Number", "Received", "X-Folded", "X-None", "Message-ID"];

    private static readonly string[] AddressNames = ["From", "To", "Cc", "Reply-To", "Sender"];

    private bool _isRegex;
    private bool _isNumeric;
    private bool _isPattern;

    private string Test(int depth)
    {
        switch (random.Next(depth > 0 ? 14 : 11))
        {
            case 0 or 1 or 2:
                return random.Next(4) switch
                {
                    0 => $"header :index {random.Next(1, 4)} {Pick("", ":last ")}{MatchType(count: false)}{Quoted(Pick(HeaderNames))} {Keys()}",
                    // One octet to Pigeonhole, one character here: the same where all is ASCII.
                    1 => $"header {Pick("", ":comparator \"i;octet\" ")}:matches {Names("Message-ID", "Received", "X-Number", "X-Folded")} {Quoted(Pick("?", "??*", "*?", "?*?", "??", "<*@*?org>"))}",
                    _ => $"header {MatchType()}{Names(HeaderNames)} {Keys()}",
                };
            case 3:
                return random.Next(4) == 0
                    ? $"address :index {random.Next(1, 3)} {AddressPart()}{MatchType(count: false)}{Quoted(Pick(AddressNames))} {AddressKeyList()}"
                    : $"address {AddressPart()}{MatchType(count: false)}{Names(AddressNames)} {AddressKeyList()}";
            case 4:
                return random.Next(4) == 0
                    ? $"address :count \"{Pick("ge", "lt", "eq")}\" :comparator \"i;ascii-numeric\" {Names(AddressNames)} \"{random.Next(4)}\""
                    : $"envelope {AddressPart()}{MatchType(count: false)}{Names("from", "to")} {AddressKeyList()}";
            case 5:
                return random.Next(4) == 0
                    ? $"body :content {Pick("[\"multipart\", \"message\"]", "\"\"")} {Pick(":contains ", ":contains :comparator \"i;octet\" ")}{Quoted(Pick("logue", "Subject:", "hello", "é"))}"
                    : $"body {Pick(_isEdited ? "" : ":raw ", ":text ", ":content \"text\" ", ":content \"text/html\" ", ":content \"message/rfc822\" ", "")}{MatchType(count: false)}{BodyKeys()}";
            case 6:
                return $"date {Pick("", "", ":index 1 ")}{Zone()}{DateMatch(out var part)}\"{Pick("Date", "Received", "X-None")}\" \"{part}\" {DateKey(part)}";
            case 7:
                return $"string :comparator \"{Pick("i;octet", "i;ascii-casemap")}\" {Pick(":is ", ":contains ", "")}[{Text()}, {Text()}] {StringKeys()}";
            case 8:
                return $"exists {Names("Subject", "X-Word", "X-None", "Cc", "Received")}";
            case 9:
                return $"size {Pick(":over", ":under")} {Pick("0", "200", "500", "1K", "1M")}";
            case 10:
                return MimeTest();
            case 11:
                return $"not {Test(depth - 1)}";
            case 12:
                return $"allof({Test(depth - 1)}, {Test(depth - 1)})";
            default:
                return $"anyof({Test(depth - 1)}, {Test(depth - 1)})";
        }
    }

    private string MimeTest()
    {
        var child = children ? Pick("", ":anychild ") : "";
        // Of an edit of the header Pigeonhole shows :mime nothing.
        return random.Next(_isEdited ? 2 : 5) switch
        {
            0 => $"header :mime {child}{Pick(":type ", ":subtype ", ":contenttype ", "")}{MatchType()}{(_isEdited ? Names("Content-Type", "Content-Disposition") : Names("Content-Type", "Content-Disposition", "X-Word"))} {MimeKeys()}",
            1 => $"header :mime {child}:param {Pick("\"filename\"", "\"charset\"", "\"method\"")} {Pick(":is ", ":contains ", ":matches ", "")}{Names("Content-Type", "Content-Disposition")} {Quoted(Pick("setup.exe", "*.exe", "utf-8", "UTF-8", "naïve.txt", "REQUEST", "?*", "a.txt", "naïve"))}",
            2 => $"exists :mime {child}{Names("X-Word", "Content-Disposition", "Subject")}",
            3 => $"address :mime {child}{AddressPart()}{MatchType(count: false)}\"From\" {AddressKeyList()}",
            _ => $"header :mime {child}{MatchType()}{Names("Subject", "X-Word", "Content-Type")} {Keys()}",
        };
    }

    /// <summary>Comparator and match type, and what that means for the keys.</summary>
    private string MatchType(bool count = true)
    {
        _isRegex = _isNumeric = _isPattern = false;
        var comparator = Pick("", "", ":comparator \"i;octet\" ", ":comparator \"i;ascii-casemap\" ");
        switch (random.Next(8))
        {
            case 0:
                return comparator;
            case 1:
                return $"{comparator}:is ";
            case 2 or 3:
                return $"{comparator}:contains ";
            case 4 or 5:
                _isPattern = true;
                return $"{comparator}:matches ";
            case 6:
                _isRegex = true;
                return $"{comparator}:regex ";
            default:
                _isNumeric = true;
                var relation = Pick("gt", "ge", "lt", "le", "eq", "ne");
                return count && random.Next(2) == 0
                    ? $":count \"{relation}\" :comparator \"i;ascii-numeric\" "
                    : $":value \"{relation}\" :comparator \"{Pick("i;ascii-numeric", "i;octet", "i;ascii-casemap")}\" ";
        }
    }

    private string Keys() => KeyList(() => _isRegex ? Regex() : _isNumeric ? Pick(Numbers) : _isPattern ? Pattern() : Plain());

    private string StringKeys()
    {
        _isRegex = _isNumeric = _isPattern = false;
        return Keys();
    }

    private string BodyKeys() => KeyList(() => _isRegex ? Regex() : _isNumeric ? Pick(Numbers) : _isPattern ? $"*{Word()}*" : Pick("hello", "invoice", "Grüße", "bold", "<b>", "&", "logue", "", "second line", "Subject:", "content-type", Word()));

    private string AddressKeyList() => KeyList(() => _isRegex ? Pick("^a", "example", "(ada|ben)", "[+]", ".*@.*[.]org$") : _isNumeric ? Pick("0", "1", "2", "3") : Pick(AddressKeys));

    private string MimeKeys() => KeyList(() => _isRegex ? Regex() : _isNumeric ? Pick("0", "1", "2") : Pick("text", "plain", "html", "text/plain", "multipart", "image", "attachment", "inline", "setup.exe", "*.exe", "utf-8", "naïve.txt", "REQUEST", "message/rfc822", "*", ""));

    private string KeyList(Func<string> key) => random.Next(3) > 0 ? Quoted(key()) : $"[{string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Quoted(key())))}]";

    private string Plain() => Pick(Word(), Pick(Subjects), "invoice", "o w", "Grü", "ello", "", "hELLO wORLD", "${a}", "${b}x", "from mx1");

    private string Pattern() => Pick("*", "*a*", "*o*", "invoice *", "* *", "*: *", "Gr*e*", "\\*\\?*", "a*b*", "*b", "*${a}*", "from * by *;*", "*[*", "", "**", "*\\**");

    private string Regex() => Pick(
        "^[a-z]+", "[0-9]+", "(ab|a)(bcd|c)?", "(a*)(b*)", "o.*o", "^$", "[[:alpha:]]+ [[:digit:]]*", "a{2,3}", "(in|re)(voice|port)", "x*", "(a|b)*", "w.r(l)d$", "^(.*): (.*)$", "\\\\*", "[]x]", "[.]", "(^a| b)", "b+?", "(a+)(a*)", "((a)|(b))+");

    private string Names(params string[] names) => random.Next(3) > 0 ? Quoted(Case(Pick(names))) : $"[{Quoted(Pick(names))}, {Quoted(Pick(names))}]";

    private string Case(string name) => random.Next(3) == 0 ? name.ToLowerInvariant() : name;

    private string AddressPart() => Pick("", ":all ", ":localpart ", ":domain ", ":user ", ":detail ");

    private string Zone() => Pick(":originalzone ", ":zone \"+0000\" ", ":zone \"-0530\" ", ":zone \"+1400\" ");

    private string DateMatch(out string part)
    {
        part = Pick("year", "month", "day", "date", "julian", "hour", "minute", "second", "time", "iso8601", "std11", "zone", "weekday");
        _isNumeric = false;
        return Pick(":is ", ":contains ", ":matches ", ":value \"ge\" ", ":value \"lt\" :comparator \"i;ascii-numeric\" ");
    }

    private string DateKey(string part) => Quoted(part switch
    {
        "year" => Pick("2026", "2020", "20*", "1994"),
        "month" => Pick("08", "12", "0*", "7"),
        "day" => Pick("17", "31", "01", "*"),
        "date" => Pick("2026-08-17", "2020-02-29", "*-01-*"),
        "julian" => Pick("58000", "61269", "5*"),
        "hour" => Pick("09", "23", "00", "12"),
        "minute" => Pick("15", "59", "30"),
        "second" => Pick("02", "59", "00"),
        "time" => Pick("09:15:02", "00:00:00", "*:*:*"),
        "iso8601" => Pick("2026-08-17T09:15:02+02:00", "*Z", "*+00:00", "2020-*"),
        "std11" => Pick("Mon, 17 Aug 2026 09:15:02 +0200", "Sat, 29 Feb 2020*", "*+0000", "*Jan*"),
        "zone" => Pick("+0000", "+0200", "-0530", "*00"),
        _ => Pick("0", "1", "6", "[0-3]"),
    });
}
