using System.Text;
using MailCluster.Delivery;
using MailCluster.Mailboxes;
using MailCluster.Node.Admin.Messages;
using MailCluster.Node.Configuration;
using Microsoft.AspNetCore.Http;

namespace MailCluster.Node.Admin.Verbs;

/// <summary>
/// <c>deliver</c>: the body of the request is the message, the rest is in the query string. What LMTP delivers through, reached from a script as dovecot-lda is.
/// </summary>
internal sealed class DeliverVerb(
    AccountSelection accounts, IDeliveryService delivery, TimeProvider time, AdminOptions admin, NodeOptions node) : IAdminVerb
{
    public string Path => "deliver";

    public async Task RunAsync(HttpRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var query = request.Query;
        var unknown = query.Keys.FirstOrDefault(key => key is not ("user" or "mailbox" or "sender" or "recipient" or "reject"));
        if (unknown is not null) throw new AdminException(AdminExit.Usage, $"deliver has no {unknown}");
        var account = await accounts.OneAsync(query["user"].ToString(), cancellationToken);
        var folder = query["mailbox"] is { Count: > 0 } mailbox ? AccountSelection.Folder(mailbox.ToString()) : (FolderName?)null;
        var sender = Address(query["sender"].ToString(), "sender");
        var recipient = Address(query["recipient"].ToString(), "recipient");
        var message = await MessageUpload.ReadAsync(request, raw: false, admin.MessageOctetsMax, cancellationToken);
        var mail = new DeliveryRequest(
            sender,
            [await RecipientAsync(account, recipient, cancellationToken)],
            Traced(message, query.ContainsKey("sender") ? sender : null, recipient),
            time.GetLocalNow(),
            Session: "",
            Protocol: "deliver",
            ClientAddress: "");
        var asRejection = query["reject"] == "true";
        // Who does not ask to be told of a refusal has nobody to tell of it: the sender is written to.
        var outcomes = await delivery.DeliverAsync(
            mail with { Folder = folder, Refusal = asRejection ? RefusalForm.Answer : RefusalForm.Report }, cancellationToken);
        Require(outcomes[0], asRejection);
        await rows.WriteAsync(new ChangeRow(account.Value, "delivered"), AdminJson.Default.ChangeRow, cancellationToken);
    }

    /// <summary>The detail of the address counts if the address is this account's.</summary>
    private async ValueTask<Recipient> RecipientAsync(AccountId account, string recipient, CancellationToken cancellationToken)
    {
        var address = RecipientAddress.Parse(recipient.Length == 0 ? account.Value : recipient);
        var resolution = await delivery.ResolveAsync(address, cancellationToken);
        return resolution.Recipient is { } known && known.Account == account ? known : new Recipient(address, account, "");
    }

    // A mail server that pipes a message may put mbox's separator before it.
    private static ReadOnlyMemory<byte> Traced(ReadOnlyMemory<byte> message, string? sender, string recipient)
    {
        if (message.Span.StartsWith("From "u8) && message.Span.IndexOf((byte)'\n') is var end and >= 0)
            message = message[(end + 1)..];
        var trace = new StringBuilder();
        if (sender is not null)
            trace.Append("Return-Path: <").Append(sender).Append(">\r\n");
        if (recipient.Length > 0)
            trace.Append("Delivered-To: ").Append(recipient).Append("\r\n");
        return trace.Length == 0 ? message : (byte[])[.. Encoding.UTF8.GetBytes(trace.ToString()), .. message.Span];
    }

    private static string Address(string text, string name) =>
        text.Length <= 320 && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>')
            ? text
            : throw new AdminException(AdminExit.Usage, $"the {name} is no address");

    private void Require(DeliveryOutcome outcome, bool asRejection)
    {
        var exit = outcome.Status switch
        {
            DeliveryStatus.Delivered => (AdminExit?)null,
            DeliveryStatus.TemporaryFailure => AdminExit.TemporaryFailure,
            DeliveryStatus.OverQuota when node.Quota.DeferWhenFull => AdminExit.TemporaryFailure,
            _ when asRejection => AdminExit.NoPermission,
            DeliveryStatus.OverQuota => AdminExit.NoRoom,
            _ => AdminExit.NotPossible,
        };
        if (exit is { } failure) throw new AdminException(failure, outcome.Text);
    }
}
