using System.CommandLine;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl deliver</c>: what dovecot-lda is to scripts, cron and mail servers that pipe.</summary>
internal static class DeliverCommand
{
    public static Command Make()
    {
        var user = new Option<string>("--user", "-u") { Description = "whose mailbox", HelpName = "USER", Required = true };
        var mailbox = new Option<string?>("--mailbox", "-m")
        {
            Description = "the mailbox to deliver to, unless a script says otherwise; INBOX if it does not exist",
            HelpName = "MAILBOX",
        };
        var sender = new Option<string?>("--sender", "-f") { Description = "the envelope's sender; \"\" for a bounce", HelpName = "ADDRESS" };
        var recipient = new Option<string?>("--recipient", "-a")
        {
            Description = "the address that the message was sent to, with its detail",
            HelpName = "ADDRESS",
        };
        var reject = new Option<bool>("--exit-rejected", "-e") { Description = "a rejection exits with 77, as dovecot-lda's does" };
        return CtlCommand.Make("deliver", "deliver the message on standard input", [user, mailbox, sender, recipient, reject], async (parsed, run) =>
        {
            var query = string.Join('&', new (string Name, string? Value)[]
            {
                ("user", parsed.GetValue(user)), ("mailbox", parsed.GetValue(mailbox)), ("sender", parsed.GetValue(sender)),
                ("recipient", parsed.GetValue(recipient)), ("reject", parsed.GetValue(reject) ? "true" : null),
            }.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
            await using var message = Console.OpenStandardInput();
            return await run.PrintAsync($"deliver?{query}", new StreamContent(message), () => new SentencePrinter(TextWriter.Null, _ => ""));
        });
    }
}
