using System.Buffers;
using System.Net;
using System.Text;

namespace MailCluster.LoadGenerator.Wire;

/// <summary>LMTP as a mail transfer agent speaks it: the envelope in one write (PIPELINING), then the message.</summary>
internal sealed class LmtpClient : IDisposable
{
    private readonly MailConnection _connection;
    private readonly ArrayBufferWriter<byte> _message = new();

    public LmtpClient(IPEndPoint endpoint)
    {
        _connection = new MailConnection(endpoint, tls: false);
        try
        {
            Expect("220"u8);
            _connection.Send("LHLO bench.test\r\n");
            Expect("250"u8);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <param name="recipient">An account.</param>
    /// <param name="message">With CRLF line ends and no line that begins with a dot.</param>
    /// <exception cref="ProtocolException">Not taken.</exception>
    public void Deliver(string recipient, ReadOnlySpan<byte> message)
    {
        Begin(recipient, message);
        Expect("250"u8);
    }

    /// <summary>Sends everything; the answer to the message is left to <see cref="Finish"/>.</summary>
    public void Begin(string recipient, ReadOnlySpan<byte> message)
    {
        _connection.Send($"MAIL FROM:<sender@bench.test>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n");
        Expect("250"u8);
        Expect("250"u8);
        Expect("354"u8);
        _message.ResetWrittenCount();
        _message.Write(message);
        _message.Write(".\r\n"u8);
        _connection.Send(_message.WrittenSpan);
    }

    public void Finish() => Expect("250"u8);

    public void Dispose() => _connection.Dispose();

    private void Expect(ReadOnlySpan<byte> code)
    {
        while (true)
        {
            var line = _connection.ReadLine();
            if (!line.StartsWith(code))
            {
                throw new ProtocolException(Encoding.UTF8.GetString(line));
            }
            if (line.Length == 3 || line[3] != '-')
            {
                return;
            }
        }
    }
}
