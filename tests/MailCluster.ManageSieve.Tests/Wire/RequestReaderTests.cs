using System.Buffers;
using System.Text;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Tests.Wire;

/// <summary>The reader alone: what it finds does not depend on how the bytes come, and nothing is waited for that will be refused.</summary>
public sealed class RequestReaderTests
{
    private const int ScriptBytesMax = 100;

    public static TheoryData<string> Names => [.. Conversations.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_found_does_not_depend_on_the_pieces(string name)
    {
        var bytes = Encoding.Latin1.GetBytes(Conversations.All[name].Client);
        var whole = Read(new ReadOnlySequence<byte>(bytes));
        for (var size = 1; size < 7; size++)
            Assert.Equal(whole, Read(Pieces(bytes, size)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_beginning_is_never_taken_for_the_whole(string name)
    {
        var bytes = Encoding.Latin1.GetBytes(Conversations.All[name].Client);
        foreach (var state in new[] { SessionState.NotAuthenticated, SessionState.Authenticated })
        {
            var status = RequestReader.TryRead(new ReadOnlySequence<byte>(bytes), state, ScriptBytesMax, out _, out var fault, out var consumed);
            if (status != RequestStatus.Complete)
                continue;
            var length = (int)new ReadOnlySequence<byte>(bytes).Slice(0, consumed).Length;
            for (var cut = 0; cut < length; cut++)
            {
                status = RequestReader.TryRead(new ReadOnlySequence<byte>(bytes, 0, cut), state, ScriptBytesMax, out _, out fault, out _);
                Assert.True(status is RequestStatus.NeedMore or RequestStatus.NeedLiteral, $"{cut}: {status} {fault}");
            }
        }
    }

    [Theory]
    [InlineData("PUTSCRIPT \"a\" {101+}\r\n", nameof(RequestFault.ScriptTooLarge))]
    [InlineData("CHECKSCRIPT {4294967295+}\r\n", nameof(RequestFault.ScriptTooLarge))]
    [InlineData("GETSCRIPT {1025+}\r\n", nameof(RequestFault.TooLong))]
    [InlineData("NOOP {1025+}\r\n", nameof(RequestFault.TooLong))]
    [InlineData("THISISACOMMANDWITHOUTANYENDTOITATALL", nameof(RequestFault.UnknownCommand))]
    [InlineData("FETCH ", nameof(RequestFault.UnknownCommand))]
    [InlineData("STARTTLS", null)]
    [InlineData("STARTTLS\r", nameof(RequestFault.WrongState))]
    [InlineData("\"", nameof(RequestFault.Syntax))]
    [InlineData("GETSCRIPT {3}", nameof(RequestFault.Arguments))]
    [InlineData("GETSCRIPT {03+}", nameof(RequestFault.Arguments))]
    [InlineData("GETSCRIPT {4294967296+}", nameof(RequestFault.Arguments))]
    public void Refusals_come_at_once(string text, string? fault)
    {
        var status = RequestReader.TryRead(Sequence(text), SessionState.Authenticated, ScriptBytesMax, out _, out var found, out _);
        Assert.Equal(fault is null ? RequestStatus.NeedMore : RequestStatus.Rejected, status);
        Assert.Equal(fault ?? nameof(RequestFault.None), found.ToString());
    }

    [Fact]
    public void A_quoted_string_without_end_is_not_waited_for()
    {
        var text = "GETSCRIPT \"" + new string('k', WireLimits.QuotedBytesMax + 1);
        var status = RequestReader.TryRead(Sequence(text), SessionState.Authenticated, ScriptBytesMax, out _, out var fault, out _);
        Assert.Equal((RequestStatus.Rejected, RequestFault.TooLong), (status, fault));
    }

    [Theory]
    [InlineData("x\r\n", "Done", 0, 3)]
    [InlineData("x {12+}\r\nrest", "Literal", 12, 9)]
    [InlineData("{4294967295+}\r\n", "Literal", 4294967295, 15)]
    [InlineData("{4294967296+}\r\n", "Done", 0, 15)]
    [InlineData("12+}\r\n", "Done", 0, 6)]
    [InlineData("{1 2+}\r\n", "Done", 0, 8)]
    [InlineData("{+}\r\n", "Done", 0, 5)]
    [InlineData("{5}\r\n", "Done", 0, 5)]
    [InlineData("{5+}\n", "Done", 0, 5)]
    [InlineData("a long line of which only the end counts {5+", "NeedMore", 0, 29)]
    public void The_end_of_a_refused_request(string text, string status, uint literal, int taken)
    {
        foreach (var input in new[] { Sequence(text), Pieces(Encoding.Latin1.GetBytes(text), 1) })
        {
            Assert.Equal(status, RequestDrain.TryFinish(input, out var found, out var consumed).ToString());
            Assert.Equal((literal, taken), (found, input.Slice(0, consumed).Length));
        }
    }

    /// <summary>What the reader finds, request after request, up to the first that is refused or not complete.</summary>
    private static List<string> Read(ReadOnlySequence<byte> input)
    {
        var found = new List<string>();
        while (true)
        {
            var state = found.Count == 0 ? SessionState.NotAuthenticated : SessionState.Authenticated;
            var status = RequestReader.TryRead(input, state, ScriptBytesMax, out var request, out var fault, out var consumed);
            found.Add(status == RequestStatus.Complete
                ? request.Command.Name + string.Concat(request.Arguments.Select(a => $" [{Encoding.Latin1.GetString(a.Bytes)}|{a.Number}]"))
                : $"{status} {fault} {input.Slice(0, consumed).Length}");
            if (status != RequestStatus.Complete)
                return found;
            input = input.Slice(consumed);
        }
    }

    private static ReadOnlySequence<byte> Sequence(string text) => new(Encoding.Latin1.GetBytes(text));

    private static ReadOnlySequence<byte> Pieces(byte[] bytes, int size)
    {
        Piece? first = null, last = null;
        for (var at = 0; at < bytes.Length; at += size)
        {
            last = new Piece(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)), last);
            first ??= last;
        }

        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is null)
                return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
