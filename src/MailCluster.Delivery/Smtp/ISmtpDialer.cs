using System.Net.Sockets;

namespace MailCluster.Delivery.Smtp;

/// <summary>Makes connections to the relay.</summary>
internal interface ISmtpDialer
{
    /// <exception cref="SmtpConnectionException">It cannot be reached.</exception>
    ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken);
}

/// <summary>By TCP, to any address that the relay's name has.</summary>
internal sealed class SmtpDialer(RelayOptions options, TimeProvider time) : ISmtpDialer
{
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new TimeLimit(options.Timeouts.Connect, time, cancellationToken);
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException || limit.IsOver(e))
                throw new SmtpConnectionException($"{options.Host}:{options.Port} cannot be reached: {e.Message}", e);
            throw;
        }
    }
}
