using System.Globalization;
using System.Text;
using static MailCluster.Sieve.Tests.Pigeonhole.Vocabulary;

namespace MailCluster.Sieve.Tests.Pigeonhole;

/// <summary>
/// Random scripts over what Pigeonhole and this compiler share. Each test writes its number and its match variables down with <c>debug_log</c>, so one run
/// compares a dozen tests one by one, and then the actions.
/// </summary>
/// <param name="children">True if tests may look below a part: Pigeonhole goes past its end if parts are nested.</param>
internal sealed partial class ScriptGenerator(Random random, bool children)
{
    private const string Require = """
        require ["fileinto", "envelope", "subaddress", "relational", "regex", "imap4flags", "copy", "body", "variables", "date", "index", "reject", "vacation", "vacation-seconds",
            "mailbox", "mime", "foreverypart", "extracttext", "editheader", "duplicate", "enotify", "environment", "encoded-character", "comparator-i;ascii-numeric",
            "vnd.dovecot.debug"];

        """;

    private readonly StringBuilder _text = new();
    private int _tests;
    private bool _isEdited;

    public string Make()
    {
        _text.Append(Require);
        for (var i = random.Next(1, 5); i > 0; i--)
            Set();
        for (var i = random.Next(8, 16); i > 0; i--)
        {
            switch (random.Next(14))
            {
                case 0:
                    Set();
                    break;
                case 1:
                    FlagCommand();
                    break;
                case 2:
                    ForEveryPart();
                    break;
                case 3 when random.Next(2) == 0:
                    EditHeader();
                    break;
                default:
                    If(Test(2));
                    break;
            }
        }

        for (var i = random.Next(5); i > 0; i--)
        {
            if (random.Next(3) == 0)
                _text.Append(CultureInfo.InvariantCulture, $"if {Test(1)} {{ {Action()} }} else {{ {Action()} }}\n");
            else
                _text.Append(Action()).Append('\n');
        }

        return _text.ToString();
    }

    private void If(string test) =>
        _text.Append(CultureInfo.InvariantCulture, $"if {test} {{ debug_log \"<<{++_tests} ${{0}}|${{1}}|${{2}}>>\"; }} else {{ debug_log \"<<{_tests} no>>\"; }}\n");

    private void Set()
    {
        var modifiers = string.Concat(Shuffled(":lower", ":upper", ":lowerfirst", ":upperfirst", ":quotewildcard", ":length", ":encodeurl").Take(random.Next(3)).Aggregate(new List<string>(), static (list, modifier) =>
        {
            // One of a kind (RFC 5229 §4.1 refuses two of one precedence).
            string[][] kinds = [[":lower", ":upper"], [":lowerfirst", ":upperfirst"]];
            if (!kinds.Any(kind => kind.Contains(modifier) && kind.Any(list.Contains)))
                list.Add(modifier);
            return list;
        }).Select(static m => m + " "));
        _text.Append(CultureInfo.InvariantCulture, $"set {modifiers}\"{Variable()}\" {Text()};\n");
        _text.Append(CultureInfo.InvariantCulture, $"debug_log \"<<{++_tests} ${{a}}|${{b}}|${{c}}>>\";\n");
    }

    private void FlagCommand()
    {
        var variable = random.Next(3) == 0 ? "\"flags\" " : "";
        _text.Append(CultureInfo.InvariantCulture, $"{Pick("setflag", "addflag", "removeflag")} {variable}{FlagList()};\n");
        If($"hasflag {Pick("", ":is ", ":contains ", ":comparator \"i;octet\" ", ":count \"ge\" :comparator \"i;ascii-numeric\" ")}{(random.Next(3) == 0 ? "[\"flags\"] " : "")}{FlagList()}");
        If($"hasflag {Pick(":is ", ":contains ", ":matches ", ":regex ")}\"{Pick(Flags)}\"");
    }

    private void ForEveryPart()
    {
        _text.Append(CultureInfo.InvariantCulture, $$"""
            foreverypart {
              if not header :mime :type "Content-Type" ["application", "image"] { extracttext {{Pick("", ":upper ", ":lower ")}}"t"; debug_log "<<{{++_tests}} ${t}>>"; }
              if {{MimeTest()}} { debug_log "<<{{_tests}} yes ${1}>>"; {{Pick("", "break;", "")}} }
              if {{Test(0)}} { debug_log "<<{{_tests}} plain>>"; }

            """);
        if (children && random.Next(2) == 0)
            _text.Append(CultureInfo.InvariantCulture, $"  foreverypart {{ if {MimeTest()} {{ debug_log \"<<{_tests} inner ${{1}}>>\"; }} }}\n");
        _text.Append("}\n");
    }

    private void EditHeader()
    {
        _isEdited = true;
        if (random.Next(2) == 0)
        {
            _text.Append(CultureInfo.InvariantCulture, $"addheader {Pick("", ":last ")}\"{Pick("X-Word", "X-Number", "X-Added")}\" {Quoted(Pick("invoice", "Re: hello", "42", "0042", "x+y", "URGENT"))};\n");
            If($"header {MatchType()}{Names("X-Word", "X-Number", "X-Added")} {Keys()}");
        }
        else
        {
            var index = random.Next(2) == 0 ? $":index {random.Next(1, 4)} {Pick("", ":last ")}" : "";
            var value = random.Next(2) == 0 ? " " + StringKeys() : "";
            _text.Append(CultureInfo.InvariantCulture, $"deleteheader {index}{(value.Length > 0 ? Pick(":is ", ":contains ", "") : "")}\"{Pick("X-Word", "X-Number", "Cc")}\"{value};\n");
        }

        If($"header :count \"ge\" :comparator \"i;ascii-numeric\" [\"X-Word\", \"X-Number\", \"Cc\"] \"{random.Next(6)}\"");
    }

    private string Variable() => Pick("a", "b", "c");

    private string Text() => Pick(
        Quoted(Word()), Quoted($"{Word()} ${{{Variable()}}}"), "\"${1}${0}\"", Quoted(Pick(Subjects)), "\"${unknown}x\"", "\"${hex:41 62}c\"", "\"${unicode:e9 1F600}\"", "\"$${a}}${\"", "text:\r\nline one\r\n..dotted\r\n.\r\n");

    private string Word() => Pick(Words);

    private string FlagList() => random.Next(3) == 0
        ? $"\"{Pick(Flags)} {Pick(Flags)}\""
        : $"[{string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"\"{Pick(Flags)}\""))}]";

    private string Pick(params string[] from) => from[random.Next(from.Length)];

    private IEnumerable<string> Shuffled(params string[] from) => from.OrderBy(_ => random.Next()).ToArray();

    private static string Quoted(string text) => text.StartsWith("text:", StringComparison.Ordinal)
        ? text
        : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
