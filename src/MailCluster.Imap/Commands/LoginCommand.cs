namespace MailCluster.Imap.Commands;

/// <summary>LOGIN (RFC 9051 §6.2.3).</summary>
internal sealed record LoginCommand(string Tag, string UserName, string Password) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Login;

    /// <summary>The password is never printed.</summary>
    public override string ToString() => $"LoginCommand {{ Tag = {Tag}, UserName = {UserName} }}";
}
