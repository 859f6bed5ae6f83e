using MailCluster.Edge;
using MailCluster.Pop3.Session;

namespace MailCluster.Pop3;

/// <summary>Serves POP3 connections of one listener.</summary>
public sealed class Pop3ConnectionHandler(Pop3Services services, EdgeServices edge, EdgeListener listener) : EdgeConnectionHandler(edge, listener)
{
    public override string Protocol => "pop3";

    protected override string AlpnName => "pop3";

    // RFC 3206 §4: trouble that passes.
    protected override ReadOnlyMemory<byte> RefusalLine(EdgeRefusal refusal) => refusal switch
    {
        EdgeRefusal.Draining => "-ERR [SYS/TEMP] The server is stopping, please come back in a moment\r\n"u8.ToArray(),
        EdgeRefusal.TooManyFromAddress => "-ERR [SYS/TEMP] Too many connections from your address\r\n"u8.ToArray(),
        _ => "-ERR [SYS/TEMP] Too many connections, try again later\r\n"u8.ToArray(),
    };

    protected override async Task RunAsync(EdgeConnection connection)
    {
        await using var session = new Pop3Session(services, connection);
        await session.RunAsync();
    }
}
