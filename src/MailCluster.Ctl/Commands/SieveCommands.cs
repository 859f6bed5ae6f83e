using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl sieve …</c>: keeping scripts. Trying them out is in <see cref="SieveTrials"/>.</summary>
internal static class SieveCommands
{
    public static Command Make() => CtlCommand.Group(
        "sieve", "Sieve scripts of an account", List(), Get(), Put(), Activate(), Deactivate(), Delete(), Rename(), SieveTrials.Check(), SieveTrials.Test(),
        SieveTrials.Filter());

    private static Command List()
    {
        var user = CtlCommand.User();
        return CtlCommand.Make("list", "list scripts", [user], (parsed, run) => run.PrintAsync("sieve/list", new JsonObject { ["user"] = parsed.GetValue(user) }));
    }

    private static Command Get()
    {
        var user = CtlCommand.User();
        var name = Name();
        return CtlCommand.Make("get", "print a script, byte for byte", [user, name], (parsed, run) => run.PrintAsync(
            "sieve/get",
            new JsonObject { ["user"] = parsed.GetValue(user), ["name"] = parsed.GetValue(name) },
            () => new ContentPrinter(new BufferedStream(Console.OpenStandardOutput()), "content", !Console.IsOutputRedirected)));
    }

    private static Command Put()
    {
        var user = CtlCommand.User();
        var activate = new Option<bool>("--activate", "-a") { Description = "make it the active one" };
        var name = Name();
        var file = ScriptFile();
        return CtlCommand.Make("put", "keep a script; one with errors is refused", [user, activate, name, file], async (parsed, run) => await run.PrintAsync(
            "sieve/put",
            new JsonObject
            {
                ["user"] = parsed.GetValue(user),
                ["name"] = parsed.GetValue(name),
                ["content"] = Convert.ToBase64String(await InputFile.ReadAsync(parsed.GetRequiredValue(file), run.Cancellation)),
                ["activate"] = parsed.GetValue(activate),
            },
            Result));
    }

    private static Command Activate()
    {
        var user = CtlCommand.User();
        var name = Name();
        return CtlCommand.Make("activate", "make a script the active one", [user, name], (parsed, run) => run.PrintAsync(
            "sieve/activate", new JsonObject { ["user"] = parsed.GetValue(user), ["name"] = parsed.GetValue(name) }, Result));
    }

    private static Command Deactivate()
    {
        var user = CtlCommand.User();
        return CtlCommand.Make("deactivate", "have no active script: deliveries are not filtered", [user], (parsed, run) => run.PrintAsync(
            "sieve/deactivate", new JsonObject { ["user"] = parsed.GetValue(user) }, Result));
    }

    private static Command Delete()
    {
        var user = CtlCommand.User();
        var names = new Argument<string[]>("script") { Description = "names of scripts", Arity = ArgumentArity.OneOrMore };
        var deactivate = new Option<bool>("--deactivate") { Description = "also an active one" };
        return CtlCommand.Make("delete", "delete scripts", [user, deactivate, names], (parsed, run) => run.PrintAsync(
            "sieve/delete",
            new JsonObject
            {
                ["user"] = parsed.GetValue(user),
                ["names"] = MailboxCommands.Texts(parsed.GetValue(names)),
                ["deactivate"] = parsed.GetValue(deactivate),
            },
            Result));
    }

    private static Command Rename()
    {
        var user = CtlCommand.User();
        var from = new Argument<string>("from") { Description = "the script; an active one stays active" };
        var to = new Argument<string>("to") { Description = "its new name" };
        return CtlCommand.Make("rename", "rename a script", [user, from, to], (parsed, run) => run.PrintAsync(
            "sieve/rename", new JsonObject { ["user"] = parsed.GetValue(user), ["from"] = parsed.GetValue(from), ["to"] = parsed.GetValue(to) }, Result));
    }

    internal static Argument<string> ScriptFile() => new("file")
    {
        Description = "the script; - or nothing for standard input",
        DefaultValueFactory = _ => "-",
    };

    private static Argument<string> Name() => new("script") { Description = "the script's name" };

    private static SentencePrinter Result() => new(Console.Out, row =>
        $"{Word(row, "user")}: {(Word(row, "script") is { Length: > 0 } script ? script + ": " : "")}{Word(row, "result")}");

    private static string? Word(JsonElement row, string name) => row.GetProperty(name).GetString();
}
