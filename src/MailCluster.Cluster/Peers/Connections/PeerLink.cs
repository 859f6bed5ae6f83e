using System.IO.Pipelines;
using MailCluster.Cluster.Peers.Tls;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>The bytes of a connection, whoever made it.</summary>
/// <param name="stream">Both directions, TLS included.</param>
/// <param name="finish">Tells the peer that nothing more comes.</param>
/// <param name="abort">Cuts the connection; may be called at any time.</param>
internal sealed class PeerLink(Stream stream, Func<ValueTask> finish, Action abort)
{
    /// <summary>One frame and some: a large message is then read in as many calls as it has frames.</summary>
    private const int ReadBytes = PeerProtocol.FrameBytesMax + 4096;

    internal PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBytes, minimumReadSize: 4096, leaveOpen: true));

    internal Stream Output => stream;

    internal string Security => PeerTls.Describe(stream);

    internal void Abort() => abort();

    /// <summary>
    /// Ends it so that the last frame arrives: says that nothing more comes, then reads what still does, until the peer has closed too. A socket that is
    /// closed with unread input is reset, and a reset may throw away what the peer has not read yet.
    /// </summary>
    internal async Task FinishAsync(CancellationToken cancellationToken)
    {
        await finish();
        while (true)
        {
            var read = await Input.ReadAsync(cancellationToken);
            Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    internal async ValueTask DisposeAsync()
    {
        abort();
        await Input.CompleteAsync();
        await stream.DisposeAsync();
    }
}
