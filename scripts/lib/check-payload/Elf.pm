# SPDX-License-Identifier: MIT
#
# Reads x86-64 ELF files: sections, symbols and relocations of objects and modules, and
# what a kernel image has at an address. Numbers are signed 64-bit ones that wrap.
package Elf;
use strict;
use warnings;
use integer;

use constant { ALLOC => 2, WRITE => 1, EXEC => 4, MERGE => 0x10, STRINGS => 0x20 };
use constant { NOTYPE => 0, OBJECT => 1, FUNC => 2, SECTION => 3, FILE => 4 };
use constant { NOBITS => 8, GLOBAL => 1 };

# Relocation types: bytes that are written, and whether relative to the place.
our %WIDTH = (0 => 0, 1 => 8, 2 => 4, 4 => 4, 10 => 4, 11 => 4, 24 => 8);
our %PCREL = (2 => 1, 4 => 1, 24 => 1);

sub slurp
{
	my ($path) = @_;

	open(my $f, '<:raw', $path) or die "$path: $!\n";
	local $/;
	return scalar <$f>;
}

sub text_at
{
	my ($bytes, $at) = @_;

	return substr($bytes, $at, index($bytes, "\0", $at) - $at);
}

sub read_sections
{
	my ($elf, $bytes) = @_;
	my $shoff = unpack('Q<', substr($bytes, 0x28, 8));
	my ($n, $names) = unpack('S<S<', substr($bytes, 0x3c, 4));

	for my $i (0 .. $n - 1) {
		my ($name, $type, $flags, undef, $offset, $size, $link, $info, $align, $entsize) =
			unpack('L<L<Q<Q<Q<Q<L<L<Q<Q<', substr($bytes, $shoff + 64 * $i, 64));
		push @{$elf->{secs}}, {
			i => $i, name_at => $name, type => $type, flags => $flags, size => $size,
			link => $link, info => $info, align => $align, entsize => $entsize,
			data => $type == NOBITS ? undef : substr($bytes, $offset, $size),
			relas => [], syms => [],
		};
	}
	my $strings = $elf->{secs}[$names]{data};
	$_->{name} = text_at($strings, $_->{name_at}) for @{$elf->{secs}};
}

sub read_symbols
{
	my ($elf, $table) = @_;
	my $strings = $elf->{secs}[$table->{link}]{data};

	for (my $at = 0; $at < $table->{size}; $at += 24) {
		my ($name, $info, undef, $shndx, $value, $size) =
			unpack('L<CCS<Q<Q<', substr($table->{data}, $at, 24));
		my $sec = $shndx && $shndx < 0xff00 ? $elf->{secs}[$shndx] : undef;
		my $sym = {
			name => text_at($strings, $name), bind => $info >> 4, type => $info & 15,
			sec => $sec, abs => $shndx == 0xfff1, value => $value, size => $size,
		};

		$sym->{name} = $sec->{name} if $sym->{type} == SECTION && $sec;
		push @{$elf->{syms}}, $sym;
		push @{$sec->{syms}}, $sym
			if $sec && $sym->{type} <= FUNC && $sym->{name} ne '' &&
			   $sym->{name} !~ /^\.L/;
	}
}

sub read_relas
{
	my ($elf, $table) = @_;
	my $sec = $elf->{secs}[$table->{info}];

	for (my $at = 0; $at < $table->{size}; $at += 24) {
		my ($offset, $type, $sym, $addend) =
			unpack('Q<L<L<q<', substr($table->{data}, $at, 24));

		push @{$sec->{relas}}, {
			offset => $offset, type => $type, sym => $elf->{syms}[$sym],
			addend => $addend,
		};
	}
	@{$sec->{relas}} = sort { $a->{offset} <=> $b->{offset} } @{$sec->{relas}};
}

# load(PATH): an object or a module.
sub load
{
	my ($path) = @_;
	my $bytes = slurp($path);
	my $elf = { path => $path, secs => [], syms => [] };

	die "$path: not an object for x86-64\n"
		unless substr($bytes, 0, 6) eq "\x7fELF\2\1" &&
		       unpack('S<', substr($bytes, 18, 2)) == 62;
	read_sections($elf, $bytes);
	for my $sec (@{$elf->{secs}}) {
		read_symbols($elf, $sec) if $sec->{type} == 2;
	}
	for my $sec (@{$elf->{secs}}) {
		read_relas($elf, $sec)
			if $sec->{type} == 4 && $elf->{secs}[$sec->{info}]{flags} & ALLOC;
		@{$sec->{syms}} = sort { $a->{value} <=> $b->{value} } @{$sec->{syms}};
	}
	return $elf;
}

# target(RELA): the section (none: undefined) and the offset in it, bias included.
sub target
{
	my ($r) = @_;
	my $sym = $r->{sym};

	return (undef, $r->{addend}) unless $sym->{sec};
	return ($sym->{sec}, $r->{addend} + ($sym->{type} == SECTION ? 0 : $sym->{value}));
}

# Bytes of an immediate behind the reference of an instruction, by its opcode.
sub immediate
{
	my ($code, $at) = @_;
	my ($op, $modrm) = unpack('CC', substr($code, $at - 2, 2));
	my $reg = $modrm >> 3 & 7;
	my $word = substr($code, $at - ($at < 5 ? $at : 5), 3) =~ /\x66/;

	return 0 if ($modrm & 0xc7) != 5;
	if ($at > 2 && substr($code, $at - 3, 1) eq "\x0f") {
		return $op == 0xba;
	}
	return 1 if $op =~ /^(?:128|131|192|193|198|107)$/ || ($op == 0xf6 && $reg < 2);
	return $word ? 2 : 4 if $op =~ /^(?:129|199|105)$/ || ($op == 0xf7 && $reg < 2);
	return 0;
}

# bias(SECTION, RELA): what an instruction's reference is short of its target: the
# pointer is relative to the next instruction.
sub bias
{
	my ($sec, $r) = @_;

	return 0 unless $sec->{flags} & EXEC && $PCREL{$r->{type}};
	return 4 + ($r->{offset} > 1 ? immediate($sec->{data}, $r->{offset}) : 0);
}

sub relas_in
{
	my ($sec, $start, $size) = @_;

	return grep { $_->{offset} >= $start && $_->{offset} < $start + $size &&
		      $_->{type} } @{$sec->{relas}};
}

# functions and variables, not labels
sub things { return grep { $_->{type} == OBJECT || $_->{type} == FUNC } @{$_[0]{syms}} }

# only_thing(SECTION): its function or variable, if there is but one (and its aliases).
sub only_thing
{
	my ($sec) = @_;
	my @things = things($sec);

	return undef if !@things || grep { $_->{value} != $things[0]{value} } @things;
	return $things[0];
}

# covering(SECTION, OFFSET): the symbol that stands there.
sub covering
{
	my ($sec, $offset) = @_;

	for my $sym (things($sec)) {
		return $sym if $offset >= $sym->{value} &&
			       $offset < $sym->{value} + ($sym->{size} || 1);
	}
	return undef;
}

# base_name(NAME): without the number of a static local.
sub base_name
{
	my ($name) = @_;

	$name =~ s/\.\d+$// unless $name =~ /\.(isra|constprop|part|cold)\.\d+$/;
	return $name;
}

# segments(PATH): of a kernel image, as [address, bytes].
sub segments
{
	my ($path) = @_;
	my $bytes = slurp($path);
	my $phoff = unpack('Q<', substr($bytes, 0x20, 8));
	my $n = unpack('S<', substr($bytes, 0x38, 2));
	my @segments;

	for my $i (0 .. $n - 1) {
		my ($type, undef, $offset, $vaddr, undef, $filesz) =
			unpack('L<L<Q<Q<Q<Q<', substr($bytes, $phoff + 56 * $i, 56));

		push @segments, [$vaddr, substr($bytes, $offset, $filesz)] if $type == 1;
	}
	return \@segments;
}

1;
