using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailCluster.Testing.Smtp;

/// <summary>A message that the sink has taken.</summary>
/// <param name="Mail">The MAIL command as it came.</param>
/// <param name="Rcpt">The RCPT command as it came.</param>
/// <param name="Text">The message as Latin-1, dots taken off, without the final line.</param>
public sealed record SunkMessage(string Mail, string Rcpt, string Text);

/// <summary>A relay on a real socket that keeps what it is sent and answers what a test wants.</summary>
public sealed class SmtpSink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _sessions = [];
    private readonly ConcurrentDictionary<TcpClient, bool> _clients = new();
    private readonly Task _loop;

    public SmtpSink()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _loop = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>The lines of its answer to EHLO, after the greeting.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = ["PIPELINING", "8BITMIME", "SMTPUTF8", "DSN"];

    /// <summary>Its answer to a command ("." for the end of a message); null: the usual one.</summary>
    public Func<string, string?> Answer { get; set; } = static _ => null;

    /// <summary>What the end of each message waits for before it is answered; the message counts as taken already.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>For STARTTLS, or with <see cref="IsTlsImplicit"/> from the first byte.</summary>
    public X509Certificate2? Certificate { get; init; }

    public bool IsTlsImplicit { get; init; }

    /// <summary>In the order in which they were taken.</summary>
    public ConcurrentQueue<SunkMessage> Messages { get; } = new();

    /// <summary>Every command line of every session.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>Cuts every connection.</summary>
    public void Cut()
    {
        foreach (var client in _clients.Keys)
            client.Client?.Close(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        await _loop;
        await Task.WhenAll(_sessions);
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _clients[client] = true;
                _sessions.Add(ServeAsync(client));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                Stream stream = client.GetStream();
                if (IsTlsImplicit)
                    stream = await EncryptAsync(stream);
                var session = new Session(this, stream);
                if (!await session.RunAsync(_end.Token))
                    return;
                // STARTTLS: the conversation begins again without a greeting.
                session = new Session(this, await EncryptAsync(stream)) { IsGreeted = true };
                await session.RunAsync(_end.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client, or the test, has ended it.
        }
        finally
        {
            _clients.TryRemove(client, out _);
        }
    }

    private async Task<Stream> EncryptAsync(Stream stream)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(Certificate!);
        return tls;
    }

    private sealed class Session(SmtpSink sink, Stream stream)
    {
        private readonly StreamReader _reader = new(stream, Encoding.Latin1, false, 4096, leaveOpen: true);
        private string _mail = "";
        private string _rcpt = "";

        public bool IsGreeted { get; init; }

        /// <returns>True: TLS is to begin.</returns>
        public async Task<bool> RunAsync(CancellationToken cancellationToken)
        {
            if (!IsGreeted)
                await SayAsync(sink.Answer("") ?? "220 sink ESMTP", cancellationToken);
            while (await _reader.ReadLineAsync(cancellationToken) is { } line)
            {
                sink.Commands.Enqueue(line);
                var answer = sink.Answer(line) ?? Usual(line);
                if (line == "STARTTLS" && answer[0] == '2')
                {
                    await SayAsync(answer, cancellationToken);
                    return true;
                }

                if (answer[0] == '2' && line.StartsWith("MAIL", StringComparison.Ordinal))
                    _mail = line;
                if (answer[0] == '2' && line.StartsWith("RCPT", StringComparison.Ordinal))
                    _rcpt = line;
                await SayAsync(answer, cancellationToken);
                if (line == "QUIT")
                    return false;
                if (line == "DATA" && answer[0] == '3')
                    await TakeAsync(cancellationToken);
            }

            return false;
        }

        private async Task TakeAsync(CancellationToken cancellationToken)
        {
            var text = new StringBuilder();
            while (await _reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line == ".")
                {
                    var answer = sink.Answer(".") ?? (_rcpt.Length == 0 ? "554 5.5.1 no valid recipients" : "250 2.0.0 taken");
                    if (answer[0] == '2')
                        sink.Messages.Enqueue(new SunkMessage(_mail, _rcpt, text.ToString()));
                    (_mail, _rcpt) = ("", "");
                    await sink.Gate.WaitAsync(cancellationToken);
                    await SayAsync(answer, cancellationToken);
                    return;
                }

                text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            }
        }

        private string Usual(string line) => line.Split(' ')[0].ToUpperInvariant() switch
        {
            "EHLO" => string.Join("\r\n", [.. sink.Capabilities.Prepend("sink").SkipLast(1).Select(l => "250-" + l), "250 " + (sink.Capabilities.Count == 0 ? "sink" : sink.Capabilities[^1])]),
            "RCPT" or "DATA" when _mail.Length == 0 => "503 5.5.1 MAIL first",
            "HELO" or "MAIL" or "RCPT" or "RSET" or "NOOP" => "250 2.0.0 ok",
            "STARTTLS" => "220 go",
            "AUTH" => "235 2.7.0 ok",
            "DATA" => "354 go",
            "QUIT" => "221 bye",
            _ => "500 5.5.1 what",
        };

        private async Task SayAsync(string text, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"), cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
    }
}
