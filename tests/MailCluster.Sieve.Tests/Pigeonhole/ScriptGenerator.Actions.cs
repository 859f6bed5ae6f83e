using System.Globalization;
using static MailCluster.Sieve.Tests.Pigeonhole.Vocabulary;

namespace MailCluster.Sieve.Tests.Pigeonhole;

internal sealed partial class ScriptGenerator
{
    private string Action()
    {
        switch (random.Next(14))
        {
            case 0 or 1 or 2:
                return $"fileinto {ActionFlags()}{Folder()};";
            case 3:
                return $"keep {ActionFlags()};";
            case 4:
                return "discard;";
            case 5:
                return $"redirect {Pick("", ":copy ")}\"{Pick("ada@example.org", "other@example.com", "x+y@example.net")}\";";
            case 6 when random.Next(3) == 0:
                return $"reject \"{Pick("go away", "no thanks")}\";";
            case 7:
                return Vacation();
            case 8:
                return $"notify {Pick("", ":importance \"1\" ", ":importance \"3\" ", ":from \"me@example.com\" ")}:message \"note\" \"mailto:{Pick("a@example.org", "b@example.org?subject=hi")}\";";
            case 9:
                return $"addflag {FlagList()};";
            case 10 when random.Next(4) == 0:
                return "stop;";
            case 11:
                return $"setflag {FlagList()}; {Pick("keep", "fileinto \"flagged\"")};";
            default:
                return $"if {Test(0)} {{ {Pick("keep", "discard", "fileinto \"t\"", "fileinto :copy \"t2\"", "stop")}; }}";
        }
    }

    private string ActionFlags() => random.Next(3) == 0 ? $":flags {FlagList()} " : "";

    private string Folder() => Pick("\"work\"", "\"INBOX\"", "\"inbox\"", ":create \"Archive/2026\"", ":copy \"Copies\"", ":copy \"Copies\"", "\"${1}x\"", "\"Grüße\"", "\"work\"");

    private string Vacation() => string.Create(
        CultureInfo.InvariantCulture,
        $"vacation {Pick("", ":days 3 ", ":days 0 ", ":days 400 ", ":seconds 1800 ")}{Pick("", ":subject \"away\" ")}{Pick("", ":from \"user@example.com\" ")}{Pick("", ":handle \"h\" ")}{Pick("", $":addresses [\"{Pick("user@example.com", "other@example.org")}\"] ")}\"gone fishing\";");
}
