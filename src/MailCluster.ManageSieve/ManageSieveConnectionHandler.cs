using MailCluster.Edge;
using MailCluster.ManageSieve.Session;

namespace MailCluster.ManageSieve;

/// <summary>Serves ManageSieve connections of one listener.</summary>
public sealed class ManageSieveConnectionHandler(ManageSieveServices services, EdgeServices edge, EdgeListener listener) : EdgeConnectionHandler(edge, listener)
{
    public override string Protocol => "managesieve";

    protected override string AlpnName => "managesieve";

    protected override Task RunAsync(EdgeConnection connection) => new ManageSieveSession(services, connection).RunAsync();

    protected override ReadOnlyMemory<byte> RefusalLine(EdgeRefusal refusal) => refusal switch
    {
        EdgeRefusal.Draining => "BYE (TRYLATER) \"The server is stopping, please come back in a moment\"\r\n"u8.ToArray(),
        EdgeRefusal.TooManyFromAddress => "BYE \"Too many connections from your address\"\r\n"u8.ToArray(),
        _ => "BYE (TRYLATER) \"Too many connections, try again later\"\r\n"u8.ToArray(),
    };
}
