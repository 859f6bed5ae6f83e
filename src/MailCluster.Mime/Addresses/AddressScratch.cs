using System.Buffers;

namespace MailCluster.Mime;

/// <summary>The buffers that an <see cref="AddressReader"/> puts the pieces of one address together in.</summary>
internal sealed class AddressScratch
{
    public static readonly SearchValues<byte> AtomEnd = SearchValues.Create(" \t\r\n\0()<>@,;:\"[]\\"u8);

    public static readonly SearchValues<byte> LiteralEnd = SearchValues.Create("],>;\r\n"u8);

    public ByteBuffer Name { get; } = new();

    public ByteBuffer Comment { get; } = new();

    public ByteBuffer Local { get; } = new();

    public ByteBuffer Domain { get; } = new();

    public ByteBuffer Route { get; } = new();

    /// <summary>Words so far: since the last at sign if there was one.</summary>
    public int AddressWords { get; set; }

    /// <summary>How much of <see cref="Name"/> is a name in front of an address without brackets.</summary>
    public int NameLength { get; set; }

    public void Clear()
    {
        NameLength = 0;
        Name.Clear();
        Comment.Clear();
        Local.Clear();
        Domain.Clear();
        Route.Clear();
        AddressWords = 0;
    }
}
