using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MailCluster.LoadGenerator.Rows;

namespace MailCluster.LoadGenerator.Wire;

/// <summary>
/// One thread that guesses passwords from 200 addresses of the loopback network at a steady rate. It does not wait for answers, as nobody who guesses would: a server
/// that answers late has the connection open for that long, up to 500 of them.
/// </summary>
internal sealed class Guessers : IDisposable
{
    private const int Addresses = 200;
    private const int OpenMax = 500;

    private readonly Endpoints _server;
    private readonly int _perSecond;
    private readonly Thread _thread;
    private readonly Queue<Socket> _open = new();
    private readonly ManualResetEventSlim _over = new();

    public Guessers(Endpoints server, int perSecond)
    {
        _server = server;
        _perSecond = perSecond;
        _thread = new Thread(Guess, 256 * 1024);
        _thread.Start();
    }

    public int Made { get; private set; }

    /// <summary>Connections that the server did not take, or had closed before the guess was sent.</summary>
    public int Failed { get; private set; }

    public void Stop()
    {
        _over.Set();
        _thread.Join();
    }

    public void Dispose()
    {
        Stop();
        while (_open.TryDequeue(out var socket))
        {
            socket.Dispose();
        }
        _over.Dispose();
    }

    private void Guess()
    {
        var begun = Stopwatch.GetTimestamp();
        for (var guess = 0; !_over.Wait(UntilTurnOf(guess, begun)); guess++)
        {
            Try(guess);
        }
    }

    private TimeSpan UntilTurnOf(int guess, long begun)
    {
        var left = TimeSpan.FromSeconds((double)guess / _perSecond) - Stopwatch.GetElapsedTime(begun);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Try(int guess)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Not those of 127.0.0.0/24, where everybody else is.
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + (guess % Addresses))]), 0));
            socket.Connect(_server.Next());
            // The names go round in another rhythm than the addresses do, as when lists are worked through.
            var account = Setup.Hashed(guess / 7 % Setup.HashedKnown);
            socket.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"A LOGIN {account} guess{guess}\r\n")));
            Made++;
            _open.Enqueue(socket);
        }
        catch (SocketException)
        {
            Failed++;
            socket.Dispose();
        }
        if (_open.Count > OpenMax)
        {
            _open.Dequeue().Dispose();
        }
    }
}
