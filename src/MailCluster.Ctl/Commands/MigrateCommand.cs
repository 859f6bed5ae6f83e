using System.CommandLine;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl migrate</c>: from files to a database. Works on a stopped node, with the node's own program.</summary>
internal static class MigrateCommand
{
    public static Command Make()
    {
        var from = new Option<string>("--from") { Description = "the data directory of the stopped node", HelpName = "DATA-DIR", Required = true };
        var config = new Option<string?>("--config", "-c") { Description = "the configuration with the storage that the mail goes to", HelpName = "FILE" };
        var settings = new Option<string[]>("--set") { Description = "a setting of it; may be repeated", HelpName = "path=value" };
        var users = new Option<string?>("--users") { Description = "the user file; default: users in the data directory", HelpName = "FILE" };
        var dryRun = new Option<bool>("--dry-run") { Description = "read and check everything, write nothing, say what would be in the way" };
        return CtlCommand.MakeOffline("migrate", "move the mail and users of a stopped node into PostgreSQL (and S3)", [from, config, settings, users, dryRun], (parsed, cancellationToken) =>
        {
            List<string> arguments = ["migrate", "--from", parsed.GetRequiredValue(from)];
            if (parsed.GetValue(config) is { } file) arguments.AddRange(["--config", file]);
            foreach (var setting in parsed.GetValue(settings) ?? []) arguments.AddRange(["--set", setting]);
            if (parsed.GetValue(users) is { } userFile) arguments.AddRange(["--users", userFile]);
            if (parsed.GetValue(dryRun)) arguments.Add("--dry-run");
            return ServerProgram.RunAsync(arguments, cancellationToken);
        });
    }
}
