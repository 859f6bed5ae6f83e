using MailCluster.Imap.Commands;
using Microsoft.Extensions.Logging;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>ID (RFC 2971).</summary>
internal static class IdHandler
{
    private const int LoggedCharactersMax = 500;

    public static ValueTask<CommandOutcome> RunAsync(ImapSession session, IdCommand command)
    {
        if (session.Services.Log.IsEnabled(LogLevel.Debug))
        {
            var client = string.Join(", ", command.Fields.Select(static field => field.Key + "=" + field.Value));
            ImapLog.Client(session.Services.Log, Printable(client), session.Connection.Id);
        }

        var writer = session.Respond();
        writer.Raw("* ID (\"name\" \"MailCluster\""u8);
        if (session.Services.Options.Version.Length > 0)
        {
            writer.Raw(" \"version\" "u8);
            writer.String(session.Services.Options.Version);
        }

        writer.Raw(")\r\n"u8);
        writer.Commit();
        return new(CommandOutcome.Ok("Done"));
    }

    // What a client says of itself must not be able to look like a log line.
    private static string Printable(string text) =>
        string.Create(Math.Min(text.Length, LoggedCharactersMax), text, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) ? '?' : from[i];
        });
}
