using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Delivery.Filters;

// RFC 5228 §2.10.6: the owner of a script that fails is to be told. A message in INBOX does so, filed in the same change as the delivery that met the problem, and remembered
// with it under the script's hash: one for each version of a script, again after a month, however many messages come and on whatever node. It is dropped where it has no room:
// the message that was delivered must not pay for it.

/// <summary>Telling the owner of a script that it does not work.</summary>
internal sealed partial class FilterRun
{
    private static readonly TimeSpan s_problemMemory = TimeSpan.FromDays(30);

    private CompiledScript? _personal;
    private string? _problem;

    private async ValueTask TellOwnerAsync(CancellationToken cancellationToken)
    {
        if (_problem is not { } problem || _personal is not { } script || !Options.TellOwner)
            return;
        var key = MarkKey.Of("script-problem", script.Hash.ToString());
        if (!await _host.IsMarkedAsync(key, cancellationToken))
            _plan.Note(new MailBytes(WriteProblem(script.Name, problem)), new DeliveryMark(key, services.Time.GetUtcNow() + s_problemMemory));
    }

    private byte[] WriteProblem(string name, string problem)
    {
        var text = new ByteBuffer(1024);
        MailText.Addresses(text, "From", $"Mail filter <MAILER-DAEMON@{Options.HostName}>");
        MailText.Addresses(text, "To", recipient.Account.Value);
        MailText.Field(text, "Subject", $"Your mail filter \"{name}\" does not work");
        MailText.Raw(
            text,
            $"Date: {MailDate.Of(services.Time.GetLocalNow())}\r\nMessage-ID: <{Guid.NewGuid():N}.filter@{Options.HostName}>\r\nAuto-Submitted: auto-generated\r\n");
        MailText.PlainBody(
            text,
            $"""
             The script "{name}", which sorts your mail, has failed:

                 {problem.ReplaceLineEndings(" ")}

             Messages are kept in your inbox as long as it does. You will not be told again
             about this version of the script for {s_problemMemory.Days} days.
             """);
        return text.ToArray();
    }
}
