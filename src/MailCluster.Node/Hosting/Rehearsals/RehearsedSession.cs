using System.IO.Pipelines;
using System.Net;
using System.Text;
using MailCluster.Imap;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.Node.Hosting.Rehearsals;

/// <summary>An IMAP session without a socket, and its client.</summary>
internal sealed class RehearsedSession : IAsyncDisposable
{
    private const int BlockSize = 16 * 1024;

    private readonly Pipe _commands = new(new PipeOptions(useSynchronizationContext: false));
    private readonly Pipe _answers = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly DefaultConnectionContext _connection;
    private readonly StreamReader _reader;
    private readonly Task _handled;
    private int _tag;

    /// <summary>Commands that were refused: a limit of the configuration may do that, and then others that need what was to be made.</summary>
    public int Refused { get; private set; }

    public RehearsedSession(ImapConnectionHandler handler)
    {
        _reader = new StreamReader(_answers.Reader.AsStream(), Encoding.Latin1, detectEncodingFromByteOrderMarks: false, BlockSize);
        _connection = new DefaultConnectionContext("rehearsal")
        {
            Transport = new Duplex(_commands.Reader, _answers.Writer),
            RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 1),
            LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 143),
        };
        _handled = HandleAsync(handler);
    }

    /// <summary>Sends a command and reads its answer to the end.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public async Task RunAsync(string command)
    {
        var tag = $"r{++_tag} ";
        await _commands.Writer.WriteAsync(Encoding.ASCII.GetBytes($"{tag}{command}\r\n"));
        while (await _reader.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(tag, StringComparison.Ordinal))
                continue;
            if (!line.AsSpan(tag.Length).StartsWith("OK"))
                Refused++;
            return;
        }

        throw new InvalidOperationException($"{command}: the session is over.");
    }

    /// <summary>The client is gone, and the session ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _commands.Writer.CompleteAsync();
        await _answers.Reader.CompleteAsync();
        await _handled;
        _reader.Dispose();
        await _connection.DisposeAsync();
    }

    private async Task HandleAsync(ImapConnectionHandler handler)
    {
        try
        {
            await handler.OnConnectedAsync(_connection);
        }
        finally
        {
            await _answers.Writer.CompleteAsync();
            await _commands.Reader.CompleteAsync();
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
