using System.CommandLine;
using System.Text.Json.Nodes;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl quota …</c>.</summary>
internal static class QuotaCommands
{
    public static Command Make() => CtlCommand.Group(
        "quota",
        "how much an account holds and may hold",
        Get("get", "show usage and limits"),
        Set(),
        Get("recalc", "count all messages anew, compare, and ask the user database again"));

    private static Command Get(string name, string description)
    {
        var (user, all) = Whom();
        return CtlCommand.Make(name, description, [user, all], (parsed, run) =>
            run.PrintAsync($"quota/{name}", new JsonObject { ["user"] = WhomOf(parsed, user, all) }));
    }

    private static Command Set()
    {
        var (user, all) = Whom();
        var storage = new Option<string?>("--storage")
        {
            Description = "the limit of bytes, such as 500M or 1G; unlimited; or default: what the user database and the configuration say",
            HelpName = "SIZE",
        };
        var messages = new Option<string?>("--messages")
        {
            Description = "the limit of messages; unlimited; or default",
            HelpName = "NUMBER",
        };
        return CtlCommand.Make("set", "set the limits of an account", [user, all, storage, messages], (parsed, run) => run.PrintAsync(
            "quota/set",
            new JsonObject
            {
                ["user"] = WhomOf(parsed, user, all),
                ["storage"] = parsed.GetValue(storage),
                ["messages"] = parsed.GetValue(messages),
            }));
    }

    private static (Option<string?> User, Option<bool> All) Whom() => (
        new Option<string?>("--user", "-u") { Description = "the user, or several with * and ?: \"*@example.com\"", HelpName = "USER" },
        new Option<bool>("--all", "-A") { Description = "all users" });

    private static string WhomOf(ParseResult parsed, Option<string?> user, Option<bool> all) => (parsed.GetValue(user), parsed.GetValue(all)) switch
    {
        ({ } one, false) => one,
        (null, true) => "*",
        _ => throw new CtlException(ExitCodes.Usage, "say either -u USER or -A"),
    };
}
