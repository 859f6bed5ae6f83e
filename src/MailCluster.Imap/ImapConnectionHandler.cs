using MailCluster.Edge;
using MailCluster.Imap.Session;

namespace MailCluster.Imap;

/// <summary>Serves IMAP connections of one listener.</summary>
public sealed class ImapConnectionHandler(ImapServices services, EdgeServices edge, EdgeListener listener) : EdgeConnectionHandler(edge, listener)
{
    public override string Protocol => "imap";

    protected override string AlpnName => "imap";

    protected override Task RunAsync(EdgeConnection connection) => new ImapSession(services, connection).RunAsync();

    protected override ReadOnlyMemory<byte> RefusalLine(EdgeRefusal refusal) => refusal switch
    {
        EdgeRefusal.Draining => "* BYE [UNAVAILABLE] The server is stopping, please come back in a moment\r\n"u8.ToArray(),
        EdgeRefusal.TooManyFromAddress => "* BYE [LIMIT] Too many connections from your address\r\n"u8.ToArray(),
        _ => "* BYE [UNAVAILABLE] Too many connections, try again later\r\n"u8.ToArray(),
    };
}
