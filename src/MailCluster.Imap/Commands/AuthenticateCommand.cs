namespace MailCluster.Imap.Commands;

/// <summary>AUTHENTICATE (RFC 9051 §6.2.2), with the initial response of SASL-IR (RFC 4959).</summary>
/// <param name="Mechanism">In upper case.</param>
/// <param name="InitialResponse">Decoded; empty for <c>=</c>; null if there is none, and the server must ask.</param>
internal sealed record AuthenticateCommand(string Tag, string Mechanism, byte[]? InitialResponse) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Authenticate;

    /// <summary>The response may hold a password, so it is never printed.</summary>
    public override string ToString() => $"AuthenticateCommand {{ Tag = {Tag}, Mechanism = {Mechanism} }}";
}
