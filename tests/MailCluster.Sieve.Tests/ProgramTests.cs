using System.Text;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Tests;

/// <summary>The stored form of programs: what was compiled comes back, what is damaged or made up does not get to run, or runs within its limits.</summary>
public sealed class ProgramTests
{
    [Fact]
    public void A_program_comes_back_as_it_was()
    {
        foreach (var script in Samples.All)
        {
            var program = Scripts.Program(script);
            var bytes = program.ToBytes();
            Assert.True(SieveProgram.TryRead(bytes, out var read));
            Assert.Equal<string>(program.RequiredExtensions, read.RequiredExtensions);
            Assert.Equal(program.Code, read.Code);
            Assert.Equal(program.Constants, read.Constants);
            Assert.Equal(program.Lists, read.Lists);
            Assert.Equal(program.Variables, read.Variables);
            Assert.Equal(program.Lines, read.Lines);
            Assert.Equal(program.Templates.Select(template => string.Join(',', template.Pieces)), read.Templates.Select(template => string.Join(',', template.Pieces)));
            Assert.Equal(bytes, read.ToBytes());
            Assert.True(bytes.Length < Encoding.UTF8.GetByteCount(script) + 400, $"{bytes.Length} octets for a script of {script.Length}");
        }
    }

    [Fact]
    public void Every_changed_octet_is_noticed()
    {
        var bytes = Scripts.Program(Samples.All[0]).ToBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 0x10;
            Assert.False(SieveProgram.TryRead(damaged, out _), $"octet {i}");
        }

        for (var length = 0; length < bytes.Length; length++)
            Assert.False(SieveProgram.TryRead(bytes.AsMemory(0, length), out _));
        Assert.False(SieveProgram.TryRead((byte[])[.. bytes, 0], out _));
    }

    [Fact]
    public void Another_version_is_compiled_again()
    {
        var bytes = Scripts.Program("keep;").ToBytes();
        bytes[4]++;
        Assert.False(SieveProgram.TryRead(bytes, out _));
    }

    /// <summary>Code whose jumps could go round, leave it, or land within an operation.</summary>
    [Theory]
    [InlineData((byte)OpCode.Jump, 0)]
    [InlineData((byte)OpCode.Jump, 1)]
    [InlineData((byte)OpCode.Jump, 6)]
    [InlineData((byte)OpCode.Jump, -1)]
    [InlineData((byte)OpCode.JumpIfTrue, 0)]
    [InlineData((byte)OpCode.PartsNext, 0)]
    [InlineData((byte)OpCode.PartsNext, 5)]
    [InlineData((byte)OpCode.PartsBegin, 0)]
    public void Jumps_go_forward_to_operations(byte op, int target)
    {
        byte[] code = [op, 0, 0, 0, 0, (byte)OpCode.End];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(1), target);
        Assert.False(ProgramVerifier.IsSound(new ProgramParts([], [], [], [], [], code, [])));
    }

    [Fact]
    public void A_program_is_compact_and_its_lines_are_known()
    {
        var program = Scripts.Program("require \"fileinto\";\nif header :contains \"subject\" \"a\" {\n  fileinto \"b\";\n}\nif header :contains \"subject\" \"a\" {\n  fileinto \"b\";\n}\n");
        Assert.Equal(["subject", "a", "b"], program.Constants);
        Assert.Equal([2, 3, 5, 6], program.Lines.Select(line => line.Line));
        Assert.True(program.Code.Length < 50);
    }
}
