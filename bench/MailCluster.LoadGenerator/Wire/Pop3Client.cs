using System.Net;
using System.Text;

namespace MailCluster.LoadGenerator.Wire;

/// <summary>POP3 as fetchmail speaks it: a command, its answer, the next. Messages are read and thrown away.</summary>
internal sealed class Pop3Client : IDisposable
{
    private readonly MailConnection _connection;

    public Pop3Client(IPEndPoint endpoint, string user, string password, bool tls)
    {
        _connection = new MailConnection(endpoint, tls: false);
        try
        {
            ReadStatus();
            if (tls)
            {
                Run("STLS");
                _connection.BeginTls();
            }
            Run($"USER {user}");
            Run($"PASS {password}");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>One command with a single line for an answer.</summary>
    /// <exception cref="ProtocolException">The answer is -ERR.</exception>
    public void Run(string command)
    {
        Send(command);
        ReadStatus();
    }

    /// <summary>One command with many lines for an answer; how many.</summary>
    public int RunLines(string command)
    {
        Send(command);
        return ReadLines();
    }

    public void Send(string command) => _connection.Send(command + "\r\n");

    public int ReadLines()
    {
        ReadStatus();
        var lines = 0;
        while (_connection.ReadLine() is not [(byte)'.'])
        {
            lines++;
        }
        return lines;
    }

    public void Dispose() => _connection.Dispose();

    private void ReadStatus()
    {
        var line = _connection.ReadLine();
        if (!line.StartsWith("+OK"u8))
        {
            throw new ProtocolException(Encoding.UTF8.GetString(line));
        }
    }
}
